"""What ids are in both of 24SevenOffice's APIs, and what is said of its records."""

from adapters.http_api.values import Numbers

VENDOR = "24SevenOffice"
UNREADABLE = "24SevenOffice returned invalid values for it"
"""Why a record can't be read whose values are not what they have to be."""

_NUMBERS = Numbers(VENDOR, largest=2147483647)

number_of = _NUMBERS.number_of
numbers_of = _NUMBERS.numbers_of
known_number = _NUMBERS.known_number
