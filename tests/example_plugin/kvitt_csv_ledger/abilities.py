"""What the ledger can do through this plugin: shown to people, and held to by the conformance suite."""

from kvitt import Abilities, JobCalls, Limits, Lookup, OrderField

LIMITS = Limits(
    row_text=500,
    customer_name=200,
    product_name=100,
    decimals=6,
    order_fields=frozenset({OrderField.ORDER_REFERENCE, OrderField.DEPARTMENT}),
    deletes_orders=True,
)

ABILITIES = Abilities(
    limits=LIMITS,
    lookup=Lookup.BY_CUSTOMER,
    invoice_email=False,
    open_amount=True,
    calls=JobCalls(warm_send=10, cold_send=25, thousand_invoices=250, thousand_statuses=10),
)
