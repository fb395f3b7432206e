"""What adding an invoice answers over HTTP: the invoice as it was stored, and what was left out of a file.

Apart from the documents that the command line writes too, which has no use for it and would wait for it at every start.
"""

from pydantic import RootModel

from core.invoice import Invoice


class InvoiceFromFile(Invoice):
    """An invoice that came as UBL, CSV or XLSX; `warnings` name what the file says besides, which was left out."""

    warnings: tuple[str, ...]


class TakenInvoice(RootModel[Invoice | InvoiceFromFile]):
    """The invoice as it was stored."""
