"""What a company's tables hold where nobody says otherwise."""

from datetime import date
from decimal import Decimal

from sandbox.tripletex.records import Country, Currency, VatType

_SALES, _PURCHASES = ("OUTGOING", "PROJECT"), ("INCOMING", "INCOMING_INVOICE")

VAT_TYPES = (
    VatType(1, "1", "Fradrag inngående avgift, høy sats", Decimal(25), _PURCHASES),
    VatType(11, "11", "Fradrag inngående avgift, middels sats", Decimal(15), _PURCHASES),
    VatType(3, "3", "Utgående avgift, høy sats", Decimal(25), _SALES),
    VatType(31, "31", "Utgående avgift, middels sats", Decimal(15), _SALES),
    VatType(32, "32", "Utgående avgift, råfisk", Decimal("11.11"), _SALES),
    VatType(33, "33", "Utgående avgift, lav sats", Decimal(12), _SALES, valid_from=date(2018, 1, 1)),
    VatType(93, "33", "Utgående avgift, lav sats", Decimal(10), _SALES, valid_to=date(2017, 12, 31)),
    VatType(5, "5", "Ingen utgående avgift (innenfor mva-loven)", Decimal(0), _SALES),
    VatType(6, "6", "Ingen utgående avgift (utenfor mva-loven)", Decimal(0), _SALES),
    VatType(51, "51", "Avgiftsfri innlands omsetning med omvendt avgiftsplikt", Decimal(0), _SALES),
    VatType(52, "52", "Avgiftsfri utførsel av varer og tjenester", Decimal(0), _SALES),
)
USUAL_VAT_TYPE = 3
"""The id of what a line gets that names none, and whose product has none."""

CURRENCIES = (
    Currency(1, "NOK", "Norge"),
    Currency(2, "SEK", "Sverige", Decimal("98.50"), 100),
    Currency(3, "DKK", "Danmark", Decimal("154.20"), 100),
    Currency(4, "USD", "USA", Decimal("10.85")),
    Currency(5, "EUR", "EU", Decimal("11.50")),
    Currency(6, "GBP", "Storbritannia", Decimal("13.40")),
    Currency(7, "LTL", "Litauen", Decimal("3.30"), is_disabled=True),
)
HOME = CURRENCIES[0]

COUNTRIES = (
    Country(161, "Norge", "NO", "NOR"),
    Country(211, "Sverige", "SE", "SWE"),
    Country(58, "Danmark", "DK", "DNK"),
    Country(72, "Finland", "FI", "FIN"),
    Country(99, "Island", "IS", "ISL"),
    Country(57, "Tyskland", "DE", "DEU"),
    Country(77, "Storbritannia", "GB", "GBR"),
    Country(165, "Nederland", "NL", "NLD"),
    Country(179, "Polen", "PL", "POL"),
    Country(69, "Spania", "ES", "ESP"),
    Country(75, "Frankrike", "FR", "FRA"),
    Country(232, "USA", "US", "USA"),
)
NORWAY = COUNTRIES[0]
