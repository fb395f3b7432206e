"""Posting an event to an endpoint: what is sent, and how that ended. No network here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.endpoint_address import EndpointAddress
from core.fields import Document

LONGEST_EXCERPT = 1024
"""So many characters of an answer are kept, for whoever looks into what went wrong."""

_OK, _REDIRECTS, _REFUSALS = range(200, 300), range(300, 400), range(400, 600)
_GONE = 410
_BUSY = frozenset({429, 502, 503, 504})


class PostTrouble(StrEnum):
    """What got in the way of an exchange, under names that stay."""

    FORBIDDEN_ADDRESS = "forbidden_address"
    HOST_NOT_FOUND = "host_not_found"
    UNREACHABLE = "unreachable"
    TLS_FAILED = "tls_failed"
    TIMEOUT = "timeout"
    CONNECTION_LOST = "connection_lost"
    BROKEN_ANSWER = "broken_answer"
    ANSWER_TOO_LARGE = "answer_too_large"
    FAILED_HERE = "failed_here"


_SENTENCES = {
    PostTrouble.FORBIDDEN_ADDRESS: "The host's name leads to an address that is not public, so nothing was sent.",
    PostTrouble.HOST_NOT_FOUND: "The host's name could not be found.",
    PostTrouble.UNREACHABLE: "No connection could be made.",
    PostTrouble.TLS_FAILED: "The encryption failed: look at the certificate, its name and its date.",
    PostTrouble.TIMEOUT: "No answer came in time.",
    PostTrouble.CONNECTION_LOST: "The connection was lost before an answer came.",
    PostTrouble.BROKEN_ANSWER: "What came was not an HTTP answer.",
    PostTrouble.ANSWER_TOO_LARGE: "The answer was too long, and was not read to its end.",
    PostTrouble.FAILED_HERE: "Kvitt itself failed; its log says where.",
}


@dataclass(frozen=True)
class Posting:
    """A request that is ready to be posted. `endpoint` is whose it is: connections are kept for each by itself."""

    endpoint: str
    address: EndpointAddress
    headers: Mapping[str, str]
    body: bytes


class Posted(Document):
    """How posting ended.

    `status` is that of the answer, None where none came; `trouble` what got in the way, which may be so after the
    status was read, too. `answer` is how the answer's text begins. `retry_after` is what the endpoint asks for, however
    long that is.
    """

    status: int | None = None
    trouble: PostTrouble | None = None
    duration_ms: int
    answer: str = ""
    retry_after: timedelta | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether the endpoint has taken it: its status says so, whatever became of the rest of the answer."""
        return self.status in _OK

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint says that it wants nothing any more, for good."""
        return self.status == _GONE

    @property
    def is_endpoint_down(self) -> bool:
        """Whether the trouble is the endpoint's as a whole, so that nothing else would get through now either."""
        return self.status in _BUSY if self.status is not None else self.trouble is not None

    @property
    def sentence(self) -> str:
        """Say to a person how it ended."""
        if self.status is None:
            return _SENTENCES[self.trouble or PostTrouble.BROKEN_ANSWER]
        if self.status in _REDIRECTS:
            return f"It answered {self.status}, a redirect, which is not followed: give the address that it leads to."
        if self.status in _OK or self.status in _REFUSALS:
            return f"It answered {self.status}."
        return f"It answered {self.status}, which is not a status that ends an exchange."
