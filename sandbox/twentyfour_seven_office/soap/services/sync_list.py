"""CompanyService.GetCompanySyncList: the numbers of an account's customers, a page at a time.

The vendor's documentation: Page 1 is the first page and ItemsPerPage is 1000; without a choice of Active
(nil) the deleted customers are listed too, which GetCompanies knows nothing of. All types of customer are
listed, as neither the parameters nor the items know a type.

The contract demands that Active is sent, nil or not. What nobody has written down, and is assumed here: the
order is that of CompanyId; a page beyond the last has its CurrentPage and an empty Items; of no customers there
are 0 pages; a request without a Page, or with one below 1, is refused.
"""

from sandbox.twentyfour_seven_office.records import Customer
from sandbox.twentyfour_seven_office.refusals import PARAMETER_NOT_FOUND, CallRefusedError
from sandbox.twentyfour_seven_office.soap.services.service import Visit
from sandbox.twentyfour_seven_office.soap.shapes import Values

ITEMS_PER_PAGE = 1_000  # docs/24sevenoffice.md, "Searching": pages 1,000 companies at a time


def get_company_sync_list(visit: Visit) -> Values:
    """One page of the list, of the customers that ChangedAfter, RegisteredAfter and Active let through."""
    asked = visit.asked.get("syncSearchParameters", {})
    page = asked.get("Page", 0)
    if page < 1:
        raise CallRefusedError(f"{PARAMETER_NOT_FOUND}: Page is required, and 1 is the first")
    listed = _listed(visit, asked)
    first = (page - 1) * ITEMS_PER_PAGE
    return {
        "CurrentPage": page,
        "TotalPages": -(-len(listed) // ITEMS_PER_PAGE),
        "TotalItems": len(listed),
        "ItemsPerPage": ITEMS_PER_PAGE,
        "Items": [_values_of(customer, active) for customer, active in listed[first : first + ITEMS_PER_PAGE]],
    }


def _listed(visit: Visit, asked: Values) -> list[tuple[Customer, bool]]:
    """The customers on all pages together, each with whether it is active, which a deleted one is not."""
    active = asked.get("Active")
    listed: list[tuple[Customer, bool]] = []
    if active is not False:
        listed += [(customer, True) for customer in visit.books.customers.values()]
    if active is not True:
        listed += [(customer, False) for customer in visit.books.deleted_customers.values()]
    for name, attribute in (("ChangedAfter", "date_changed"), ("RegisteredAfter", "date_created")):
        if name in asked:
            listed = [one for one in listed if getattr(one[0], attribute) > asked[name]]
    return sorted(listed, key=lambda one: one[0].id)


def _values_of(customer: Customer, active: bool) -> Values:
    return {
        "CompanyId": customer.id,
        "ExternalId": customer.external_id,
        "DateChanged": customer.date_changed,
        "DateRegistered": customer.date_created,
        "Active": active,
    }
