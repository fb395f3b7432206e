"""Orders as the vendor shows them: an InvoiceOrder with its rows."""

from entrypoints.sandbox.books import Books
from entrypoints.sandbox.records import Order, Row
from entrypoints.sandbox.shapes import Values

FIELDS = {
    "OrderId": "id",
    "CustomerId": "customer_id",
    "OrderStatus": "status",
    "InvoiceId": "invoice_id",
    "DateOrdered": "date_ordered",
    "DateInvoiced": "date_invoiced",
    "DateChanged": "date_changed",
    "PaymentTime": "payment_time",
    "CustomerReferenceNo": "reference",
    "IncludeVAT": "include_vat",
    "YourReference": "your_reference",
    "OrderTotalIncVat": "total_inc_vat",
    "OrderTotalVat": "total_vat",
    "InvoiceText": "invoice_text",
    "Paid": "paid",
    "OCR": "ocr",
}
ROW_FIELDS = {
    "RowId": "id",
    "ProductId": "product_id",
    "Name": "name",
    "Type": "type",
    "Quantity": "quantity",
    "Price": "price",
    "DiscountRate": "discount_rate",
    "VatRate": "vat_rate",
}

# Of an order that is no invoice yet, these come as their sentinels rather than not at all.
WRITTEN_WHEN_UNSET = ("InvoiceId", "DateInvoiced", "Paid", "PaymentTime")


def order_values(books: Books, order: Order) -> Values:
    """Every property of an order; a customer that is gone leaves its name empty."""
    customer = books.customers.get(order.customer_id)
    return {
        **order.other,
        **{name: getattr(order, attribute) for name, attribute in FIELDS.items()},
        "CustomerName": customer.name if customer else None,
        "CustomerOrgNo": customer.organization_number if customer else None,
        "Addresses": {slot: dict(parts) for slot, parts in order.addresses.items()} or None,
        "Currency": {
            "Rate": order.currency_rate,
            "Unit": order.currency_unit,
            "Symbol": order.currency_symbol,
        },
        "InvoiceRows": [row_values(row) for row in order.rows],
    }


def row_values(row: Row) -> Values:
    """Every property of a row."""
    values = {**row.other, **{name: getattr(row, attribute) for name, attribute in ROW_FIELDS.items()}}
    if row.tax_code is not None or row.tax_rate is not None:
        values["TaxSettings"] = {"TaxCode": row.tax_code, "TaxRate": row.tax_rate}
    return values
