import pytest

from core.completeness import CODES, country_fault


@pytest.mark.parametrize("code", ["NO", "GB", "GR", "SE", "SJ", "AX", "US"])
def test_a_code_of_iso_3166_is_taken(code: str) -> None:
    assert country_fault(code) is None


def test_there_are_249() -> None:
    assert len(CODES) == 249


@pytest.mark.parametrize(
    ("written", "meant"),
    [("UK", "GB"), ("no", "NO"), ("No ", "NO"), ("Norge", "NO"), ("NOR", "NO"), ("EL", "GR"), ("Sverige", "SE")],
)
def test_what_is_meant_is_named(written: str, meant: str) -> None:
    fault = country_fault(written)
    assert fault is not None
    assert fault.endswith(f"write {meant}")
    assert f'"{written}"' in fault


@pytest.mark.parametrize("written", ["ZZ", "XX", "QQ", "Atlantis", "1", "N", "ÆØ"])
def test_what_is_no_country_is_asked_for(written: str) -> None:
    fault = country_fault(written)
    assert fault is not None
    assert fault.endswith("such as NO")


@pytest.mark.parametrize("written", ["Storgata 1", "Kari", "kari@fjell.example", "N" * 10_000])
def test_what_may_be_of_a_person_is_not_shown(written: str) -> None:
    assert (
        country_fault(written) == "is not a country code of ISO 3166: use the two-letter code in capitals, such as NO"
    )
