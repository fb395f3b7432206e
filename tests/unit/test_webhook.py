"""What of a webhook is shown, and what is not."""

import pytest

from core.webhook import is_secret, shown_url, without_query_of

URL = "https://shop.example/hooks?token=4711-secret&kind=a"


def test_an_address_is_shown_without_its_query() -> None:
    assert shown_url(URL) == "https://shop.example/hooks?..."
    assert shown_url("https://shop.example/hooks") == "https://shop.example/hooks"


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("Cannot POST /hooks?token=4711-secret&kind=a", "Cannot POST /hooks?..."),
        ("bad token 4711-secret", "bad token ..."),
        ("nothing of it", "nothing of it"),
    ],
)
def test_an_answer_that_repeats_the_query_is_kept_without_it(answer: str, kept: str) -> None:
    assert without_query_of(URL, answer) == kept
    assert without_query_of("https://shop.example/hooks", answer) == answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("whsec_" + "QUFB" * 8, True),
        ("whsec_" + "QUFB" * 7, False),
        ("whsec_" + "QUFB" * 22, False),
        ("whsec_*", False),
        ("QUFB" * 8, False),
    ],
)
def test_a_secret_is_of_the_length_that_the_specification_says(text: str, expected: bool) -> None:
    assert is_secret(text) is expected
