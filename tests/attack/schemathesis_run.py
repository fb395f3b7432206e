"""Let Schemathesis loose on the OpenAPI document: every phase and every check, from a seed."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.hooks import HookContext, unregister

from entrypoints.files import MEDIA_TYPES

DOCUMENT = "/schema/openapi.json"

# What our document says of a request whose form is right and that can't be carried out. 400 is not among them.
_REFUSED_FOR_GOOD_REASON = ["2xx", "401", "403", "404", "409", "422", "424", "429", "503"]

# Our document states no links. From names alone Schemathesis takes a batch's items/*/transfer, a whole transfer or
# null, for what {transfer} in this path is, which is a text; the 404 for that is right. It guesses no other link here.
_BY_AN_ID_GUESSED_WRONG = {
    "include-path": "/v1/businesses/{business}/transfers/{transfer}",
    "checks": {"ensure_resource_availability": {"enabled": False}},
}


@dataclass
class Findings:
    """What came of it: how many answers of each status, and what was wrong, each kind once."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def __str__(self) -> str:
        return "\n\n".join(f"{' | '.join(kind)}\n{told}" for kind, told in self.faults.items())


def attacked(*, headers: Mapping[str, str], seed: int, examples: int, app: Any = None, address: str = "") -> Findings:
    """Attack the application in this process, or the server at an address. `examples` is how many of each operation."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            # A business has many texts, and one sign that can't be shown in any of them leaves a case out.
            "suppress-health-check": ["filter_too_much"],
            "headers": dict(headers),
            "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
            "checks": {
                "not_a_server_error": {"expected-statuses": ["2xx", "4xx", "503"]},
                "positive_data_acceptance": {"expected-statuses": _REFUSED_FOR_GOOD_REASON},
            },
            "operations": [
                # Only its plugin knows what a connection needs, and only the books who and what is there.
                _with_400("/v1/businesses/{business}"),
                _with_400("/v1/businesses/{business}/invoices/{number}/customer"),
                _with_400("/v1/businesses/{business}/invoices/{number}/adopt"),
                # Generators of clients make a class of each alternative, so the document leaves these to its words.
                _with_400("/v1/businesses/{business}/statuses"),
                _with_400("/v1/api-keys"),
                # No schema can say that an instant is past.
                _with_400("/v1/recover"),
                # No schema can say that a place is the `next` of a page.
                _with_400("GET /v1/businesses/{business}/invoices", by="include-name"),
                # No schema can say which events there are to go on after.
                _with_400("/v1/businesses/{business}/events"),
                # No schema can say which addresses are public, nor that a time goes with another.
                *(
                    _with_400(f"{where}/webhooks{below}")
                    for where in ("/v1", "/v1/businesses/{business}")
                    for below in ("", "/{webhook}", "/{webhook}/resend")
                ),
                _BY_AN_ID_GUESSED_WRONG,
            ],
        }
    )
    if app is None:
        schema = schemathesis.openapi.from_url(f"{address}{DOCUMENT}", config=config)
    else:
        schema = schemathesis.openapi.from_asgi(DOCUMENT, app, config=config, headers={"Host": "127.0.0.1"})
    schema.hook("filter_case")(_is_text_everywhere)
    findings = Findings()
    schemathesis.hook("before_call")(_says_what_its_path_says)
    try:
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                _read(event, findings)
            elif isinstance(event, events.NonFatalError) and isinstance(event.value, Unsatisfiable):
                continue  # of one operation, most cases drawn were left out: no answer was wrong
            elif isinstance(event, events.NonFatalError | events.FatalError):
                findings.faults["error", type(event).__name__, ""] = repr(event)
    finally:
        unregister(_says_what_its_path_says)
    return findings


def _refuses_some(content: bytes | None) -> bool:
    """Whether an answer about several invoices says that some of them were refused."""
    said = json.loads(content or b"null")
    return isinstance(said, dict) and bool(said.get("refused"))


def _with_400(path: str, *, by: str = "include-path") -> dict[str, Any]:
    accepted = {"expected-statuses": [*_REFUSED_FOR_GOOD_REASON, "400"]}
    return {by: path, "checks": {"positive_data_acceptance": accepted}}


def _is_text_everywhere(_context: HookContext, case: Any) -> bool:
    """Leave out what no schema can tell: an invoice's other forms, and signs that can't be shown."""
    if case.media_type in MEDIA_TYPES:
        return False
    texts = [unquote(text) for text in _texts([case.path_parameters, case.query, case.body])]
    return all(sign.isprintable() or unicodedata.category(sign) == "Cc" for text in texts for sign in text)


def _says_what_its_path_says(_context: HookContext, case: Any, _how: dict[str, Any]) -> None:
    """Mend what should be accepted: no schema can say that a body repeats what its path says."""
    path, body = case.path_parameters, case.body
    if not case.meta.generation.mode.is_positive or not isinstance(body, dict):
        return
    number = unquote(path.get("number", ""))[:50].strip()
    if "number" in path and "number" in body:
        case.body, case.path_parameters = body | {"number": number}, path | {"number": quote(number, safe="")}
    elif "number" in path and isinstance(invoice := body.get("invoice"), dict):
        case.body = body | {"invoice": invoice | {"number": number}}
        case.path_parameters = path | {"number": quote(number, safe="")}
    elif "business" in path and "name" in body:
        case.body = body | {"name": path["business"]}


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for name, value in part.items():
            yield from _texts([name, value])
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _texts(value)


def _read(event: events.ScenarioFinished, findings: Findings) -> None:
    label = event.label or event.phase.value
    for interaction in event.recorder.interactions.values():
        if (response := interaction.response) is None:
            continue
        findings.statuses[int(response.status_code)] += 1
        if response.status_code == 503 and "retry-after" not in response.headers:
            findings.faults["503 without Retry-After", label, ""] = repr(response.content[:500])
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if info := check.failure_info:
                answer = event.recorder.interactions[case_id].response
                if check.name == "ignored_auth" and answer and answer.status_code == 429:
                    continue  # refused as well: so many wrong keys came before it
                if check.name == "negative_data_rejection" and answer and _refuses_some(answer.content):
                    continue  # refused as well: of several invoices each has an answer of its own
                shown = f"{answer.status_code} {answer.content[:500]!r}" if answer else "no answer"
                told = f"{info.failure.message[:500]}\n{info.code_sample[:1000]}\n{shown}"
                findings.faults.setdefault((check.name, label, info.failure.title), told)
