"""ClientService: the account's VAT types, currencies and departments."""

from sandbox.twentyfour_seven_office.soap.services.service import Service, Visit
from sandbox.twentyfour_seven_office.soap.shapes import Values
from sandbox.twentyfour_seven_office.users import Account


def get_vat_type_list(visit: Visit) -> list[Values]:
    """Every VAT type, those for purchases too."""
    return [{"No": code.no, "Name": code.name, "Rate": code.rate} for code in visit.books.vat_types]


def get_currency_list(visit: Visit) -> list[Values]:
    """Every currency of the account."""
    return [
        {"Symbol": currency.symbol, "Id": number, "Rate": currency.rate, "Unit": currency.unit}
        for number, currency in enumerate(visit.books.currencies, start=1)
    ]


def get_department_list(visit: Visit) -> list[Values]:
    """Every department in use."""
    return [
        {"Id": department.id, "Name": department.name}
        for department in visit.books.departments.values()
        if department.is_active
    ]


def _admits(account: Account, operation: str) -> bool:
    if operation == "GetVatTypeList" and account.vat_types_refused:
        return False
    if operation == "GetDepartmentList" and account.dimensions_refused:
        return False
    return account.invoicing_package


SERVICE = Service(
    contract_name="client",
    operations={
        "GetVatTypeList": get_vat_type_list,
        "GetCurrencyList": get_currency_list,
        "GetDepartmentList": get_department_list,
    },
    admits=_admits,
)
