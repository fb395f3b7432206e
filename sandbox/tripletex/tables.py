"""What a company's documents refer to: VAT types, currencies, countries, departments."""

from sandbox.tripletex.defaults import COUNTRIES
from sandbox.tripletex.operation import PAGING, Answer, Operation, Visit, anybody
from sandbox.tripletex.records import Country, Currency, Department, VatType
from sandbox.tripletex.refusals import bad_parameter

VAT_KINDS = ("OUTGOING", "INCOMING", "INCOMING_INVOICE", "PROJECT", "LEDGER")


def read_vat_types(visit: Visit) -> Answer:
    """The VAT types; the day counts only along with what they are for."""
    ids, numbers = visit.numbers("id"), visit.texts("number")
    kind, day = visit.text("typeOfVat"), visit.day("vatDate") or visit.books.today()
    if kind is not None and kind not in VAT_KINDS:
        raise bad_parameter("typeOfVat", f"Must be one of {', '.join(VAT_KINDS)}.")

    def holds(vat: VatType) -> bool:
        return (
            (ids is None or vat.id in ids)
            and (numbers is None or vat.number in numbers)
            and (kind in (None, "LEDGER") or vat.holds(str(kind), day))
        )

    return visit.page("VatType", visit.books.vat_types, holds)


def read_currencies(visit: Visit) -> Answer:
    """The currencies, those that are not in use too."""
    ids, codes = visit.numbers("id"), visit.texts("code")

    def holds(currency: Currency) -> bool:
        return (ids is None or currency.id in ids) and (codes is None or currency.code in codes)

    return visit.page("Currency", visit.books.currencies, holds)


def read_countries(visit: Visit) -> Answer:
    """The countries, by their two letters."""
    ids, codes = visit.numbers("id"), visit.texts("code")

    def holds(country: Country) -> bool:
        return (ids is None or country.id in ids) and (codes is None or country.iso_alpha2_code in codes)

    return visit.page("Country", COUNTRIES, holds)


def read_departments(visit: Visit) -> Answer:
    """The departments."""
    ids, number = visit.numbers("id"), visit.text("departmentNumber")
    name, is_inactive = (visit.text("name") or "").casefold(), visit.flag("isInactive")

    def holds(department: Department) -> bool:
        return (
            (ids is None or department.id in ids)
            and number in (None, department.department_number)
            and (not name or name in department.name.casefold())
            and is_inactive in (None, department.is_inactive)
        )

    return visit.page("Department", visit.books.departments.values(), holds)


OPERATIONS = (
    Operation("GET", "/ledger/vatType", read_vat_types, PAGING | {"id", "number", "typeOfVat", "vatDate"}),
    Operation("GET", "/currency", read_currencies, PAGING | {"id", "code"}, refuses=anybody),
    Operation("GET", "/country", read_countries, PAGING | {"id", "code"}, refuses=anybody),
    Operation("GET", "/department", read_departments, PAGING | {"id", "name", "departmentNumber", "isInactive"}),
)
