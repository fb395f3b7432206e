"""What 24SevenOffice's books are told by, through either API.

Assumed: both APIs number companies alike, so that the SOAP services' Client.Id is the REST API's organization id.
"""

from core.books import Books

_SYSTEM = "24sevenoffice"


def books_of(company_id: str, name: str) -> Books:
    """Return the books of a company."""
    return Books(system=_SYSTEM, company_id=company_id, company=name.strip())
