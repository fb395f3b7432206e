"""What nobody has confirmed of Tripletex, in one place: change it here when more is known.

Beyond these numbers it is assumed: that a list is written whole or not at all; that the e-mail filters compare whole
slots, without regard to capitals; that an order needs both its dates, and takes no customer that is inactive; that a
change needs the version; that a session token is refused which would end at once; the codes of errors, and the
statuses other than 401, 403, 409 and 429; what the amounts of a line are before they are rounded.
"""

DESCRIPTION_LENGTH = 1_000
REFERENCE_LENGTH = 100
COMMENT_LENGTH = 1_000
NAME_LENGTH = 255
TEXT_LENGTH = 255  # of what has no other limit
MOST_CUSTOMERS_AT_ONCE = 100
MOST_ORDERS_AT_ONCE = 100  # this one is in the vendor's description
MOST_ON_A_PAGE = 1_000
DAYS_DUE = 14  # where neither the order nor its customer says when an invoice falls due
