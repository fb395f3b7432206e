"""The account that a login leads to: whose books they are."""

from core.books import Books

_SYSTEM = "24sevenoffice"


def books_of(company_id: str, name: str) -> Books:
    """Return the books of a company, which are the same through either API.

    Assumed: both APIs number companies alike, so that the SOAP services' Client.Id is the REST API's organization id.
    """
    return Books(system=_SYSTEM, company_id=company_id, company=name.strip())
