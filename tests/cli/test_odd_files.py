"""Files that are hardly JSON: each is refused with its place, and the good invoices beside it are kept."""

import json

import pytest

from tests.cli.conftest import Kvitt, an_invoice

DEEP = "[" * 40 + "]" * 40
ODD = {
    "nested": ('"rows": ' + DEEP, "nested too deeply"),
    "NaN": ('"rows": [{"quantity": NaN}]', "NaN"),
    "Infinity": ('"rows": [{"quantity": -Infinity}]', "-Infinity"),
    "a huge number": ('"rows": [{"quantity": 1e999999}]', "row 1, quantity"),
    "a tiny text of a huge number": ('"rows": [{"quantity": "1e999999"}]', "row 1, quantity"),
    "a number of many digits": ('"rows": [{"quantity": "' + "9" * 5_000 + '"}]', "row 1, quantity"),
    "a field given twice": ('"comment": "a", "comment": "b"', "comment: is given twice"),
    "half a surrogate pair": ('"comment": "\\ud800"', "comment"),
}


@pytest.mark.parametrize(("field", "told"), ODD.values(), ids=ODD)
@pytest.mark.sampled(2)
def test_it_is_refused_and_the_others_are_kept(fjell: Kvitt, field: str, told: str) -> None:
    good, odd = json.dumps(an_invoice("good")), '{"number": "odd", ' + field + "}"
    for text in (f"[{good}, {odd}]", f"{good}\n{odd}\n"):
        answer = fjell("invoice", "add", fjell.file("given.json", text), "--business", "fjell", "--json")
        assert answer.code == 1
        kept, refused = answer.json
        assert kept["invoice"] == "good"
        assert told in refused["detail"]
        assert len(refused["detail"]) < 1_000
    assert [one["number"] for one in fjell("invoice", "list", "--business", "fjell", "--json").json] == ["good"]


@pytest.mark.parametrize("depth", [40, 900, 100_000])
def test_a_business_nested_deeply_is_refused(fjell: Kvitt, depth: int) -> None:
    file = fjell.file("deep.json", '{"accounting": ' + '{"a": ' * depth + "1" + "}" * (depth + 1))
    answer = fjell("business", "add", "vidde", "--file", file, "--json")
    assert (answer.code, answer.json["code"]) == (1, "bad_json")


def test_signs_that_nothing_can_store_are_left_out_with_a_warning(fjell: Kvitt) -> None:
    file = fjell.file("word.json", json.dumps({**an_invoice("word"), "comment": "a\x0bb"}))
    told = fjell("invoice", "add", file, "--business", "fjell")
    assert (told.code, told.out) == (0, "word: added\n")
    assert "comment" in told.err
    answer = fjell("invoice", "add", file, "--business", "fjell", "--json")
    (warning,) = answer.json["warnings"]
    assert "comment" in warning
