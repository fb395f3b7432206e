"""What 24SevenOffice can do through its REST API.

As docs/24sevenoffice.md says of orders, customers and products ("REST") and of decimals ("Values and dates").
"""

from adapters.twentyfour_seven_office.order_fields import LONGEST, PLACES
from core.abilities import Abilities, JobCalls, Lookup
from core.limits import Limits

LIMITS = Limits(
    row_text=300,
    customer_name=200,
    product_name=150,
    decimals=4,
    items_per_write=1,  # an order is several calls: what else waits is looked at after each
    items_per_read=50,
    text_rows=True,
    order_fields=PLACES,
    longest=LONGEST,
    prices_with_vat=False,
    deletes_orders=True,
)

ABILITIES = Abilities(
    limits=LIMITS,
    lookup=Lookup.BY_CUSTOMER,
    finds_by_email=False,  # only by name and number of the customer: the directory is read
    finds_by_number=False,
    currencies=True,
    open_amount=True,
    parallel_calls=8,
    calls=JobCalls(warm_send=4, cold_send=12, thousand_invoices=3500, thousand_statuses=1000),
)
