"""The ids that Tripletex has for countries, currencies and VAT codes: looked up once, and kept with the login."""

from collections.abc import Iterable, Mapping

from adapters.http_api.json_values import Item, id_in
from adapters.http_api.values import text_in
from adapters.tripletex.login import Ids
from adapters.tripletex.operations import GET_COUNTRIES, GET_CURRENCIES, GET_VAT_TYPES, Operation
from adapters.tripletex.session import BusinessSession
from core.errors import Rejected

COUNTRY, CURRENCY, VAT = "country", "currency", "vat"
"""The kinds of ids that are kept."""

OF_SALES = "OUTGOING"
"""The VAT codes that an order's lines take; another kind may have one of the same number."""


class KnownIds:
    """What goes by a code in an invoice and by an id at Tripletex."""

    def __init__(self, session: BusinessSession) -> None:
        self._session = session

    def countries(self, codes: Iterable[str]) -> Mapping[str, int]:
        """Return the ids of countries, by their codes in capitals. One call, unless they are known.

        Errors: Rejected, code `vendor_validation`, for one that Tripletex does not have.
        """
        return {code: self._known(COUNTRY, code, GET_COUNTRIES, "isoAlpha2Code") for code in codes}

    def currency(self, code: str) -> int:
        """Return the id of a currency. One call, unless it is known."""
        return self._known(CURRENCY, code, GET_CURRENCIES, "code")

    def vat(self, number: str) -> int:
        """Return the id of a VAT code of sales that holds today, by its number. One call, unless it is known."""
        return self._known(VAT, number, GET_VAT_TYPES, "number", typeOfVat=OF_SALES)

    def remember(self, kind: str, items: Iterable[Item], name: str) -> None:
        """Keep the ids of what was read for another purpose."""
        self._session.remember(kind, _ids_in(items, name))

    def _known(self, kind: str, wanted: str, operation: Operation, name: str, **query: str) -> int:
        found = self._session.ids(kind, wanted, lambda: self._look_up(operation, name, query))
        if found is None:
            raise Rejected(
                f'{operation.where}: there is no "{wanted}" among them.',
                code="vendor_validation",
                hint="Correct that in the invoice or the settings, or add it in Tripletex; then retry the transfer.",
            )
        return found

    def _look_up(self, operation: Operation, name: str, query: Mapping[str, str]) -> Ids:
        pages = self._session.pages(operation, {**query, "fields": f"id,{name}"})
        return _ids_in((item for page in pages for item in page), name)


def _ids_in(items: Iterable[Item], name: str) -> Ids:
    named = ((id_in(item.get("id")), text_in(item.get(name))) for item in items)
    return {code.upper(): int(item_id) for item_id, code in named if item_id and code}
