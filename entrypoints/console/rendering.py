"""Templates become pages: everything is escaped, a name that there is not is refused.

Each is compiled once for each language, with its texts in it.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from entrypoints.console import formats
from entrypoints.console.assets import static
from entrypoints.console.navigation import administration, business_navigation, navigation
from entrypoints.console.texts import gettext, ngettext
from entrypoints.console.typed_document import amount_typed
from entrypoints.console.wording import said
from entrypoints.language.at_hand import Language, language_at_hand, speaking

TEMPLATES = Path(__file__).parent / "templates"

_MOST_KEPT = 4096
_NO_NUMBERS = ("new", "upload")
"""What below a business's invoices is a page and no number."""


def rendered(template: str, **shown: Any) -> bytes:
    """Fill in a template, named without its ending, in the language at hand."""
    return environment(language_at_hand()).get_template(f"{template}.html.jinja").render(shown).encode()


class TextsInPlace(Extension):
    """Puts texts into the template itself: `_("Name")` becomes `("Navn" | safe)`, which is part of what is written.

    Most of what a page calls would be these, once for each cell of a table. Those with something to fill in are said
    when the page is.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Return the template's tokens, with the texts in place of the calls."""
        tokens = list(stream)
        place = 0
        while place < len(tokens):
            match tokens[place : place + 4]:
                case [Token(_, "name", "_"), Token(_, "lparen"), Token(line, "string", text), Token(_, "rparen")]:
                    yield Token(line, "lparen", "(")
                    yield Token(line, "string", self._said(text))
                    yield Token(line, "pipe", "|")
                    yield Token(line, "name", "safe")
                    yield Token(line, "rparen", ")")
                    place += 4
                case _:
                    yield tokens[place]
                    place += 1

    def _said(self, text: str) -> str:
        with speaking(self.environment.language):  # type: ignore[attr-defined]  # see environment()
            return gettext(text) % ()  # one "%" is written as two, as where something is filled in


@cache
def environment(language: Language) -> Environment:
    """Return what compiles and keeps the templates in a language, with what each of them may call."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", TextsInPlace],
    )
    made.extend(language=language)
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    made.globals.update(
        static=static,
        address=address,
        invoice_address=invoice_address,
        navigation=navigation,
        administration=administration,
        business_navigation=business_navigation,
    )
    made.filters.update(
        money=formats.money,
        amount=formats.amount,
        quantity=formats.quantity,
        price=formats.price,
        day=formats.day,
        moment=formats.moment,
        machine_time=formats.machine_time,
        is_day=formats.is_day,
        amount_typed=amount_typed,
        translated=said,
        pairs=pairs,
    )
    return made


def address(*parts: str, **query: object) -> str:
    """Make an address of the console: the parts of its path as they are, and of its query what is not None.

    A parameter that would be Python's own word ends in an underscore: `from_`.
    """
    path = "/" + "/".join(_segment(part) for part in parts)
    asked = {name.rstrip("_"): value for name, value in query.items() if value is not None and value != ""}
    return f"{path}?{urlencode(asked)}" if asked else path


def invoice_address(business: str, number: str, *below: str) -> str:
    """Return the address of an invoice's page, or of one below it, whatever its number is."""
    segment = address(number).removeprefix("/")
    if number in _NO_NUMBERS:
        segment = f"%{ord(number[0]):02X}{number[1:]}"
    rest = address(*below) if below else ""
    return f"{address('businesses', business, 'invoices')}/{segment}{rest}"


def pairs(names: Iterable[str]) -> Sequence[tuple[str, str]]:
    """Return names as the options of a choice, each called what it is."""
    return [(name, name) for name in names]


@lru_cache(_MOST_KEPT)
def _segment(part: str) -> str:
    return "%2E" * len(part) if part.strip(".") == "" else quote(part, safe="")  # browsers take ".." away
