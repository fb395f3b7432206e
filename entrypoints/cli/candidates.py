"""The customers among whom a person has to choose, and how to choose one."""

from collections.abc import Sequence
from shlex import quote

from core.customer import Address
from core.customer_candidates import CustomerCandidate, MatchedBy
from entrypoints.cli.output import print_table, say, show
from entrypoints.language.at_hand import translated

_HEADERS = ["Id", "Name", "Organization number", "E-mail", "Address", "Matches"]
_MATCHES = {
    MatchedBy.ORGANIZATION_NUMBER: "organization number",
    MatchedBy.EMAIL: "e-mail",
    MatchedBy.NAME: "name",
}


def print_candidates(
    candidates: Sequence[CustomerCandidate], *, invoice: str, business: str, is_result: bool = True
) -> None:
    """Print candidates as a table, with the command that chooses; nothing where there are none.

    What is no result (`is_result`) goes to standard error.
    """
    if not candidates:
        return
    print_table(_HEADERS, [_row(one) for one in candidates], below=["Address", "E-mail"], is_result=is_result)
    told = show if is_result else say
    told(f"  To choose one: kvitt customer link {quote(invoice)} ID --business {quote(business)}")


def _row(candidate: CustomerCandidate) -> list[str]:
    return [
        candidate.id,
        candidate.name,
        candidate.organization_number or "",
        ", ".join(candidate.emails),
        _in_a_line(candidate.address or Address()),
        ", ".join(translated(_MATCHES[match]) for match in candidate.matches),
    ]


def _in_a_line(address: Address) -> str:
    place = " ".join(part for part in (address.postal_code, address.city) if part)
    return ", ".join(part for part in (address.whole_street, place, address.country) if part)
