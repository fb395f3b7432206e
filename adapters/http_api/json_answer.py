"""An HTTP answer that ought to be JSON, as it came, and what it means whoever's API it is. Pure."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from adapters.http_api.json_values import value_from
from adapters.http_api.operations import HttpOperation
from adapters.http_api.troubles import UnusableAnswer
from core.errors import Rejected, TryAgain

TOO_LARGE = 413
"""What is too large to be taken is refused unread, by the API or by a server on the way to it."""


class TokenEnded(TryAgain):
    """The token is not (or no longer) accepted; the call did nothing. Logging in again helps."""

    default_code = "session_lost"


class Gone(Rejected):
    """There is no such thing, or not any more."""

    default_code = "gone"


@dataclass(frozen=True)
class JsonAnswer:
    """What came back. It may hold a token: never logged, never shown.

    `is_wrapped`: what is wanted is in a member of the document.
    """

    status: int
    media_type: str = ""
    body: bytes = field(default=b"", repr=False)
    is_wrapped: ClassVar[bool] = False

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
            return value_from(self.body, is_wrapped=self.is_wrapped)
        except ValueError:
            raise UnusableAnswer("broken_answer") from None


def require_own_refusal(answer: JsonAnswer, operation: HttpOperation) -> None:
    """Make sure that an answer is the API's own word that it did not do what was asked, one from 400 to 499.

    Errors: UnusableAnswer, where it is not, or does not say whether anything was done.
    """
    status = answer.status
    if status == TOO_LARGE:
        return
    if 300 <= status < 400:
        raise UnusableAnswer("redirected")
    if status in (408, 425):
        raise UnusableAnswer("timeout" if status == 408 else "bad_gateway")
    if not 400 <= status < 500:
        raise UnusableAnswer("bad_gateway")
    if status == 404 and operation.is_always_there:
        raise UnusableAnswer("no_such_address")
    if answer.is_page:
        raise UnusableAnswer("not_json")
