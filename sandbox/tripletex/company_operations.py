"""Companies: one's own, and those that an accountant reaches."""

from sandbox.tripletex.operation import FIELDS, PAGING, Answer, Operation, Visit, anybody


def read_clients(visit: Visit) -> Answer:
    """The client companies that the login reaches; its own is not among them."""
    return visit.page("Company", visit.login.companies[1:])


def read_company(visit: Visit) -> Answer:
    """A company that the login reaches."""
    return visit.one("Company", visit.login.company(str(visit.id)))


OPERATIONS = (
    Operation("GET", "/company/>withLoginAccess", read_clients, PAGING, refuses=anybody),
    Operation("GET", "/company/{id}", read_company, FIELDS, refuses=anybody),
)
