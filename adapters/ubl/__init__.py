"""Invoices and credit notes in UBL 2.1, as Peppol BIS Billing 3.0 and EHF 3 use it."""

from adapters.ubl.mapping import invoice_from_ubl

__all__ = ["invoice_from_ubl"]
