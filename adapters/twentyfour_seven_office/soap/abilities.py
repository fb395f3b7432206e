"""What 24SevenOffice can do through SOAP. Source: docs/24sevenoffice.md, "Orders", "Customers"."""

from adapters.twentyfour_seven_office.order_fields import LONGEST, PLACES
from core.abilities import Abilities, JobCalls, Lookup
from core.limits import Limits, OrderField

LIMITS = Limits(
    row_text=300,
    customer_name=200,
    product_name=125,
    decimals=4,
    text_rows=True,
    order_fields=PLACES | {OrderField.CREDITS},
    longest=LONGEST,
)

ABILITIES = Abilities(
    limits=LIMITS,
    lookup=Lookup.BY_CUSTOMER,
    currencies=True,
    calls=JobCalls(warm_send=2, cold_send=12, thousand_invoices=60, thousand_statuses=1),
)
