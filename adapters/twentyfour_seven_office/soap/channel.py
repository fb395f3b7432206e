"""HTTP to 24SevenOffice's API: one pool of connections, limits for each call, and nothing remembered between calls.

requests' adapter is used without its Session on purpose. A Session keeps cookies, follows redirects and reads
.netrc: here every cookie is put on one request and belongs to one business, what is set by an answer is dropped, a
redirect (to a login page, as it would be) is trouble and no answer, and nobody is authenticated by a file. Proxies and
certificate bundles of the operator's environment are heeded (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE name whom to trust).
Certificates are always checked: no setting of a business's or of ours turns that off.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies

from adapters.exchange import limited
from adapters.twentyfour_seven_office.answer_body import LARGEST_EXCHANGE, body_from
from adapters.twentyfour_seven_office.soap.connections import LimitedAdapter
from adapters.twentyfour_seven_office.troubles import UnusableAnswer

CONNECT_TIMEOUT = 10.0

_POOLED_CONNECTIONS = 32
_PIECE = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back. It may hold a session id: never logged, never shown."""

    status: int
    is_xml: bool
    body: bytes

    def __repr__(self) -> str:
        return f"<Answer {self.status}, {len(self.body)} bytes>"


class Channel:
    """The way to one API root. `timeout` is in seconds, for a whole call."""

    def __init__(self, api_url: str, *, timeout: float) -> None:
        self._api_url = api_url
        self._timeout = timeout
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._verify: str | bool = bundle or True
        self._adapter = LimitedAdapter(bundle=bundle or DEFAULT_CA_BUNDLE_PATH, pool_maxsize=_POOLED_CONNECTIONS)
        self._proxies = get_environ_proxies(api_url, no_proxy=None)

    def post(self, path: str, body: bytes, *, headers: Mapping[str, str]) -> Answer:
        """Send a request and read the whole answer.

        Errors: those of requests and urllib3; UnusableAnswer, codes `redirected`, `throttled`, those of `body_from`.
        """
        request = requests.PreparedRequest()
        asked = {**headers, "Accept-Encoding": "identity"}
        request.prepare(method="POST", url=self._api_url + path, headers=asked, data=body)
        with limited(self._timeout, most_bytes=LARGEST_EXCHANGE):
            response = self._adapter.send(
                request,
                stream=True,
                timeout=(min(CONNECT_TIMEOUT, self._timeout), self._timeout),
                verify=self._verify,
                proxies=dict(self._proxies),
            )
            try:
                return _read(response)
            finally:
                response.close()


def _read(response: requests.Response) -> Answer:
    if response.status_code < 200:  # http.client takes it for the answer, which would go to whoever calls next
        raise UnusableAnswer("broken_answer")
    if 300 <= response.status_code < 400:
        raise UnusableAnswer("redirected")
    if response.status_code == 429:
        raise UnusableAnswer("throttled")
    media_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    pieces = response.raw.stream(_PIECE, decode_content=False)
    return Answer(
        status=response.status_code,
        is_xml=media_type in ("text/xml", "application/xml"),
        body=body_from(pieces, encoding=response.headers.get("Content-Encoding")),
    )
