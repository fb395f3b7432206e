"""What other servers do than answer, which the sandbox does not."""

from pathlib import Path

import pytest

from core.errors import OutcomeUnknown, TryAgain
from tests.adapters.both_ways.conftest import Way
from tests.adapters.odd_server import Respond, answering, serving, untrusted_certificate

SECONDS = 5.0
NO_ANSWER = "no answer"
"""What each way has its own code for."""


@pytest.mark.parametrize(
    ("respond", "code"),
    [
        (answering("", status=302, Location="https://login.example/"), "redirected"),
        (answering("<html/>", status=503, Content_Type="text/html"), "bad_gateway"),
        (answering("<html><body>Bad gateway</body></html>", status=502), "bad_gateway"),
        (answering("<html><body>Log in</body></html>"), NO_ANSWER),
        (answering(b"\xff\xfe\x00"), "broken_answer"),
    ],
)
def test_what_is_no_answer(way: Way, respond: Respond, code: str) -> None:
    expected = way.no_answer if code == NO_ANSWER else code
    with serving(respond) as url:
        with pytest.raises(TryAgain) as of_read:
            way.read(url, timeout=SECONDS)
        with pytest.raises(OutcomeUnknown) as of_write:
            way.write(url, timeout=SECONDS)
    assert (of_read.value.code, of_write.value.code) == (expected, expected)


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(way: Way, tmp_path: Path) -> None:
    with serving(answering(""), untrusted_certificate(tmp_path)) as url:
        for call in (way.read, way.write):
            with pytest.raises(TryAgain) as error:
                call(url, timeout=SECONDS)
            assert error.value.code == "tls_failed"
