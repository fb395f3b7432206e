"""An HTTP answer as it came, and the plain value in it. Pure."""

from dataclasses import dataclass, field
from typing import Any

from adapters.twentyfour_seven_office.rest.json_text import value_from
from adapters.twentyfour_seven_office.troubles import UnusableAnswer


@dataclass(frozen=True)
class Answer:
    """What came back. It may hold a token: never logged, never shown.

    `next_page` is the address in the Link header, `retry_after` that header as it stands.
    """

    status: int
    media_type: str = ""
    body: bytes = field(default=b"", repr=False)
    next_page: str | None = None
    retry_after: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether what was asked was done."""
        return 200 <= self.status < 300

    @property
    def is_page(self) -> bool:
        """Whether it is a web page: a gateway's, or one to log in."""
        return self.media_type == "text/html" or self.body.lstrip()[:1] == b"<"

    def value(self) -> Any:
        """Read its JSON; None when there is nothing in it.

        Errors: UnusableAnswer, codes `not_json` for a web page and `broken_answer`.
        """
        if self.is_page:
            raise UnusableAnswer("not_json")
        if not self.body.strip():
            return None
        try:
            return value_from(self.body)
        except ValueError:
            raise UnusableAnswer("broken_answer") from None

    def problem(self) -> dict[str, Any]:
        """Read the vendor's Error in it; empty when it holds none."""
        try:
            value = self.value()
        except UnusableAnswer:
            return {}
        error = value.get("error") if isinstance(value, dict) else None
        return error if isinstance(error, dict) else {}
