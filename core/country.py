"""Country codes: ISO 3166-1 alpha-2, the 249 that are officially assigned. Pure.

Source: the tables of iso-codes and of the time zone database, which agree.
"""

CODES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - 249 strings in quotes are harder to read
)

# What people write instead, beyond small letters: what it says is plain, so the fault names the code.
_MEANT = {
    "UK": "GB",
    "EL": "GR",
    **dict.fromkeys(("NORGE", "NOREG", "NORWAY", "NOR"), "NO"),
    **dict.fromkeys(("SVERIGE", "SWEDEN", "SWE"), "SE"),
    **dict.fromkeys(("DANMARK", "DENMARK", "DNK"), "DK"),
    **dict.fromkeys(("SUOMI", "FINLAND", "FIN"), "FI"),
    **dict.fromkeys(("ISLAND", "ICELAND", "ISL"), "IS"),
    **dict.fromkeys(("TYSKLAND", "DEUTSCHLAND", "GERMANY", "DEU"), "DE"),
    **dict.fromkeys(("STORBRITANNIA", "GREAT BRITAIN", "UNITED KINGDOM", "ENGLAND", "GBR"), "GB"),
    **dict.fromkeys(("UNITED STATES", "USA"), "US"),
}

_SHORT = 3


def country_fault(country: str) -> str | None:
    """Say what is wrong with a country code, naming the right one where it is plain; None when it is one.

    Capitals count, as ISO 3166 has them. What is plainly no country is not shown: a column too far, it is
    where somebody lives.
    """
    if country in CODES:
        return None
    written = country.strip().upper()
    meant = written if written in CODES else _MEANT.get(written)
    hint = f"write {meant}" if meant else "write the code of two capital letters, such as NO"
    named = f'"{country}" ' if meant or len(country) <= _SHORT else ""
    return f"{named}is not a country code of ISO 3166: {hint}"
