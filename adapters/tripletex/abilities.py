"""What Tripletex can do through this plugin, and how much it can hold. Cheap to import."""

from adapters.tripletex.sizes import IDS_PER_CALL, MOST_TOGETHER
from core.abilities import Abilities, Ability, JobCalls, Lookup
from core.limits import Limits, OrderField

LIMITS = Limits(
    row_text=1000,
    customer_name=255,
    product_name=255,
    decimals=4,
    items_per_write=MOST_TOGETHER,
    items_per_read=IDS_PER_CALL,
    text_rows=False,
    prices_with_vat=True,
    deletes_orders=False,
    order_fields=frozenset({OrderField.DELIVERY_DATE, OrderField.DELIVERY_ADDRESS}),
)
"""As docs/tripletex.md says, "Orders"."""

_NO_SEARCH = "its filters are equalities: they miss numbers with spaces and fields with several addresses"
_ORDERS_ALONE = "an order has one, and its rows have none of their own"

ABILITIES = Abilities(
    limits=LIMITS,
    lookup=Lookup.BY_CUSTOMER,
    finds_by_email=False,
    finds_by_number=False,
    currencies=True,
    open_amount=True,
    calls=JobCalls(warm_send=2, cold_send=12, thousand_invoices=60, thousand_statuses=12),
    left_out={
        Ability.FINDS_BY_EMAIL: _NO_SEARCH,
        Ability.FINDS_BY_NUMBER: _NO_SEARCH,
        Ability.DELETES_ORDERS: "nothing says that it refuses to delete an order that was published meanwhile",
        OrderField.DELIVERY_NAME: "with a name of its own, an order may no longer be its customer's",
        OrderField.DEPARTMENT: _ORDERS_ALONE,
        OrderField.PROJECT: _ORDERS_ALONE,
    },
)
