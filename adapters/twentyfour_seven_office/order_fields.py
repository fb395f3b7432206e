"""What an order of 24SevenOffice has a place for, whichever API it is written through, and what an account may demand.

Source: the vendor's contracts. Neither API has a place for the source's order number; "our reference" is the id of a
user there, no name; what was paid before belongs to one of the account's ways of payment (SOAP, PaymentMethodId), which
an invoice does not name, so that is left to the accountant. Both have one reference of the buyer's, and one line for a
street.
"""

from core.limits import OrderField

PLACES = frozenset(
    {
        OrderField.ORDER_REFERENCE,
        OrderField.DELIVERY_DATE,
        OrderField.DELIVERY_NAME,
        OrderField.DELIVERY_ADDRESS,
        OrderField.DEPARTMENT,
        OrderField.PROJECT,
    }
)

LONGEST = {
    "order_reference": 50,
    "delivery.name": 250,
    "delivery.address.street": 250,
    "delivery.address.postal_code": 16,
    "delivery.address.city": 200,
}
"""Of the API descriptions only REST's says how long these may be; the books are the same."""

DEPARTMENT_HINT = (
    "The account demands a department on every order. Set department in the business's settings or on the invoice, or "
    "make it optional in 24SevenOffice, then retry the transfer."
)
PROJECT_HINT = (
    "The account demands a project on every order. Set project in the business's settings or on the invoice, or make "
    "it optional in 24SevenOffice, then retry the transfer."
)
