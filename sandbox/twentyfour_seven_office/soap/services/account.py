"""AccountService: the ledger's tax codes, outside the Invoicing package."""

from sandbox.twentyfour_seven_office.soap.services.service import Service, Visit
from sandbox.twentyfour_seven_office.soap.shapes import Values

FIRST_TAX_ID = 700  # TaxId is an internal number, never the code itself (docs/24sevenoffice.md, "Norwegian VAT")


def get_tax_code_list(visit: Visit) -> list[Values]:
    """Every tax code. TaxNo is what VatType calls No."""
    return [
        {"TaxId": number, "TaxNo": str(code.no), "TaxName": code.name, "TaxRate": code.rate, "AccountNo": 2700}
        for number, code in enumerate(visit.books.vat_types, start=FIRST_TAX_ID)
    ]


SERVICE = Service(
    contract_name="account",
    operations={"GetTaxCodeList": get_tax_code_list},
    admits=lambda account, _operation: account.account_service,
)
