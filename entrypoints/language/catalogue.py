"""A catalogue that knows finished English sentences again by the templates that made them, and says them anew.

Sentences are made in English, deep inside, and many are stored before anybody reads them. So they are translated where
they are read: the template `Invoice {number} was sent as order {order_id}.` fits the sentence, what stands in its
places is put into the translation. That way what was stored long ago is translated as well, and so are a plugin's
warnings that quote Kvitt. What fits no template, such as an accounting system's own words, stays as it is.
"""

import itertools
import re
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from gettext import GNUTranslations
from pathlib import Path

DOMAIN = "kvitt"
LOCALE = Path(__file__).parent / "locale"

_PLACE = re.compile(r"\{(\w+)\}")
_DEEPEST = 4
"""So often may a sentence stand within another."""

_MOST_PARTS = 12
"""Of so many parts one sentence may consist."""

_MOST_CUTS = 100
"""So many parts of a text are looked for; what comes after them stays as it is."""

_BETWEEN = re.compile(r"(?<=[.!?;:,\])])( +)| {2,}|\n")
_SENTENCE_END = re.compile(r"[.!?:;] ")
_PARENTHESIS = re.compile(r"[()]")
_NAMES_A_FIELD = re.compile(r"[a-z_]+[:,;]")
_GOES_ON = re.compile(r"[;:,]$")
_AT_END = re.compile(r"[.;:,]$")
_SAYS_ENOUGH = 20
"""With so many letters of its own a template is no accident in a text."""

_SAYS_LITTLE = 10
"""With fewer, a template is no sentence, and no value of it holds the end of one: `row {row}`."""

_TYPED = frozenset({"command", "invoice_states", "language", "role", "row", "shown", "such", "transferstate", "usage"})
"""Places for what a person types, and for a row with its field, which are the same in every language."""

_OWN_WORD = "kind"
"""A place for one of our own words; what follows a colon after it is told of that: `Creating the customer: 20001.`"""

_COUNT = r"([\d,]+)"
_FIGURES = frozenset({"count", "left", "limit"})
"""Places for a figure; the comma between its thousands would be read as a decimal one."""

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_KEY = 3
"""By so many letters at either end templates are looked up."""


class _Messages(GNUTranslations):
    """The standard library's reader of compiled catalogues, which also tells what it has read."""

    _catalog: dict[str, str]

    @property
    def pairs(self) -> dict[str, str]:
        """The templates and their translations."""
        return {said: meant for said, meant in self._catalog.items() if isinstance(said, str) and said}


class Template:
    """A sentence with places for values: `Invoice {number} is there.`"""

    def __init__(self, template: str, translation: str) -> None:
        parts = _PLACE.split(template.replace("{{", "\0").replace("}}", "\1"))
        self.texts = [_unescaped(text) for text in parts[::2]]
        self.names = parts[1::2]
        self.weight = sum(len(text) for text in self.texts)
        self.says_little = self.weight < _SAYS_LITTLE and not any(text.endswith(": ") for text in self.texts[-2:])
        self.translation = translation

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        forms = [_COUNT if name == "count" else "(.+?)" for name in self.names]
        return re.compile("".join(itertools.chain(*zip(map(re.escape, self.texts), [*forms, ""], strict=True))))

    def values_in(self, text: str) -> dict[str, str] | None:
        """Return what stands in a text's places; None where the text is not made of this."""
        if not text.startswith(self.texts[0]) or not text.endswith(self.texts[-1]):
            return None
        found = self._pattern.fullmatch(text)
        if found and not self.texts[-1] and _GOES_ON.search(text):
            return None  # what ends a part of a text is no value's
        return dict(zip(self.names, found.groups(), strict=True)) if found else None

    def said_with(self, values: dict[str, str]) -> str:
        """Put values into the translation."""
        parts = _PLACE.split(self.translation.replace("{{", "\0").replace("}}", "\1"))
        return "".join(
            _unescaped(part) if number % 2 == 0 else values.get(part, "") for number, part in enumerate(parts)
        )


class Catalogue:
    """The translations into one language."""

    def __init__(self, pairs: dict[str, str]) -> None:
        self._whole = {_plain(said): _plain(meant) for said, meant in pairs.items() if not _has_places(said)}
        self._by_ends: dict[tuple[str, str], list[Template]] = {}
        for said, meant in pairs.items():
            if _has_places(said):
                template = Template(said, meant)
                self._by_ends.setdefault((template.texts[0][:_KEY], template.texts[-1][-_KEY:]), []).append(template)
        self.translated = lru_cache(maxsize=4096)(self._translated)

    def _translated(self, text: str) -> str:
        """Translate a text: as a whole, or else each of its parts that is known."""
        return self._said(text, 0)

    def _said(self, text: str, depth: int) -> str:
        """Translate a text as one sentence, as sentences in a row, or else as far as it is known.

        A sentence in which no value holds the end of another comes first: the rest of a text is no value.
        """
        if depth > _DEEPEST:
            return text
        return (
            self._known(text, depth, whole_values=True)
            or self._in_parts(text, depth, all_known=True)
            or self._anchored(text, depth)
            or self._in_parts(text, depth)
            or self._known(text, depth)
            or self._without_its_full_stop(text, depth)
            or text
        )

    def _anchored(self, text: str, depth: int) -> str | None:
        """Translate a text as one sentence, with the full stop that it had where that says more of it."""
        as_it_is = self.template_of(text, anchored=True)
        whole = self.template_of(f"{text}.", anchored=True)
        if whole and (as_it_is is None or whole[0].weight > as_it_is[0].weight + 1):
            return self._without_its_full_stop(text, depth, anchored=True)
        return self._known(text, depth, anchored=True)

    def _without_its_full_stop(self, text: str, depth: int, *, anchored: bool = False) -> str | None:
        known = None if not text or _AT_END.search(text) else self._known(f"{text}.", depth, anchored=anchored)
        return known.removesuffix(".") if known else None

    def template_of(
        self, text: str, *, whole_values: bool = False, anchored: bool = False
    ) -> tuple[Template, dict[str, str]] | None:
        """Return the template that says most of a text, and the values in it.

        `whole_values`: only one whose values are no more than a sentence each. `anchored`: only one that does not begin
        with a value, or says much besides.
        """
        fitting = (
            (template, values)
            for template in self._candidates(text)
            if (template.texts[0] or template.weight >= _SAYS_ENOUGH or not anchored)
            and (values := template.values_in(text)) is not None
            and (not anchored or all(map(_is_closed, values.values())))
            and (not (whole_values or (anchored and template.says_little)) or all(map(_is_whole, values.values())))
        )
        return max(fitting, key=lambda fit: fit[0].weight, default=None)

    def _candidates(self, text: str) -> Iterator[Template]:
        beginnings = [text[:length] for length in range(min(_KEY, len(text)) + 1)]
        endings = [text[len(text) - length :] for length in range(min(_KEY, len(text)) + 1)]
        for ends in itertools.product(beginnings, endings):
            yield from self._by_ends.get(ends, ())

    def _known(self, text: str, depth: int, *, whole_values: bool = False, anchored: bool = False) -> str | None:
        if (whole := self._whole.get(text)) is not None:
            return whole
        if found := self.template_of(text, whole_values=whole_values, anchored=anchored):
            template, values = found
            return template.said_with({name: self._value(name, value, depth + 1) for name, value in values.items()})
        inner = text.strip(" ")
        if (
            inner
            and inner != text
            and (known := self._known(inner, depth, whole_values=whole_values, anchored=anchored)) is not None
        ):
            return text.replace(inner, known)
        return None

    def _in_parts(self, text: str, depth: int, *, all_known: bool = False) -> str | None:
        """Translate the parts of a text that was put together: sentences in a row, a list, what follows a colon."""
        cuts = [(found.start(), found.end()) for found in _BETWEEN.finditer(text)][:_MOST_CUTS]
        if not cuts and not _AT_END.search(text):
            return None
        begins, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
        said, any_known, first = "", False, 0
        while first < len(begins):
            known, last = self._longest_known(
                text, begins[first], ends[first : first + _MOST_PARTS], depth, not_all=all_known
            )
            if known is None and all_known:
                return None
            any_known = any_known or known is not None
            last += first
            said += text[begins[first] : ends[first]] if known is None else known
            if last + 1 < len(begins):
                said += text[ends[last] : begins[last + 1]]
            first = last + 1
        return said if any_known else None

    def _longest_known(
        self, text: str, begin: int, ends: list[int], depth: int, *, not_all: bool
    ) -> tuple[str | None, int]:
        """Return the translation of the longest known part that begins here, and at which of the ends it ends."""
        for whole_values in (True,) if not_all else (True, False):
            for last in reversed(range(len(ends))):
                part = text[begin : ends[last]]
                if part and not (not_all and (part == text or self._ends_in_a_value(part))):
                    known = self._known_part(part, depth, whole_values=whole_values)
                    if known is not None:
                        return known, last
        return None, 0

    def _value(self, name: str, value: str, depth: int) -> str:
        """Translate what stands in a place."""
        if name in _TYPED:
            return value
        if name in _FIGURES and _THOUSANDS.fullmatch(value):
            return value.replace(",", "\u00a0")
        word, colon, rest = value.partition(": ")
        if name == _OWN_WORD and colon and word in self._whole:
            return f"{self._whole[word]}{colon}{self._said(rest, depth)}"
        return self._said(value, depth)

    def _ends_in_a_value(self, part: str) -> bool:
        """Whether what follows the colon may belong to the last value of what stands before it."""
        return part.endswith(":") and part[:-1] not in self._whole

    def _known_part(self, part: str, depth: int, *, whole_values: bool) -> str | None:
        if _NAMES_A_FIELD.fullmatch(part):
            return None  # such as the path of a fault
        known = self._known(part, depth, whole_values=whole_values, anchored=not whole_values)
        if known is None and _AT_END.search(part):
            known = self._known(part[:-1], depth, whole_values=whole_values, anchored=not whole_values)
            return None if known is None else known + part[-1]
        return known


def _is_whole(value: str) -> bool:
    return _is_closed(value) and not _SENTENCE_END.search(value)


def _is_closed(value: str) -> bool:
    """Whether parentheses in it are its own."""
    depth = 0
    for sign in _PARENTHESIS.findall(value):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return False
    return depth == 0


def _has_places(template: str) -> bool:
    return _PLACE.search(template.replace("{{", "").replace("}}", "")) is not None


def _plain(template: str) -> str:
    return template.replace("{{", "{").replace("}}", "}")


def _unescaped(text: str) -> str:
    return text.replace("\0", "{").replace("\1", "}")


@cache
def catalogue_of(language: str) -> Catalogue:
    """Read the catalogue of a language, once."""
    with (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return Catalogue(_Messages(file).pairs)
