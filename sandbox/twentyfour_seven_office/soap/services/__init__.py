"""One module per service of 24SevenOffice that the sandbox stands in for."""

from sandbox.twentyfour_seven_office.soap.services import account, authenticate, client, company, invoice, product
from sandbox.twentyfour_seven_office.soap.services.service import Service, Visit

SERVICES: tuple[Service, ...] = (
    authenticate.SERVICE,
    company.SERVICE,
    product.SERVICE,
    invoice.SERVICE,
    client.SERVICE,
    account.SERVICE,
)
OPERATION_NAMES = tuple(operation for service in SERVICES for operation in service.operations)

__all__ = ["OPERATION_NAMES", "SERVICES", "Service", "Visit"]
