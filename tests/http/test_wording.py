"""Over HTTP a hint names routes; at the command line the same hint names commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import AccessRefused
from entrypoints.cli.commands import KVITT
from entrypoints.http.wording import ROUTES, may_name_commands, worded, worded_document
from tests.http.documents import Api, business_document, problem_of
from tests.http.test_openapi import ROUTES as PATHS
from tests.messages.sentences import sentences

ROOT = Path(__file__).parents[2]
ON_THE_MACHINE = {
    "api-key create", "backup", "connect", "doctor", "config", "invoice template", "notify test", "plugin list",
    "restore", "sandbox", "secret rotate", "serve", "use", "worker",
    "console", "user add", "user enable", "user grant", "user link", "user list", "user set",
}  # fmt: skip
"""Commands for who runs Kvitt, which have no route: they are named as they are."""


def _commands() -> Iterator[str]:
    for name, command in KVITT.commands.items():
        yield from [f"{name} {sub}" for sub in command.commands] if hasattr(command, "commands") else [name]


def _named(sentence: str) -> set[str]:
    commands = list(_commands())
    two, one = ("|".join(c for c in commands if (" " in c) is has) for has in (True, False))
    found = re.finditer(rf"(?<![\w/-])(?:(?:kvitt )?({two})|kvitt ({one}))(?![\w-])", sentence)
    return {match[1] or match[2] for match in found}


def _said_at_both_doors() -> Iterator[str]:
    at_a_terminal = ("entrypoints/cli", "entrypoints/demo", "entrypoints/doctor")
    for sentence, known in sentences(ROOT).items():
        if not all(str(place).startswith(at_a_terminal) for place, _ in known.places):
            yield sentence


def test_every_command_that_a_sentence_names_has_a_route_or_is_for_the_machine() -> None:
    for sentence in _said_at_both_doors():
        assert _named(sentence) <= ROUTES.keys() | ON_THE_MACHINE, sentence
        if "--again" not in sentence:  # which has no route
            assert _named(worded(sentence)) <= ON_THE_MACHINE, sentence


def test_the_routes_are_there_and_so_are_the_commands() -> None:
    assert ROUTES.keys() | ON_THE_MACHINE <= set(_commands())
    for route in ROUTES.values():
        method, _, path = route.partition(" ")
        assert (method.lower(), path) in PATHS, route


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (
            "Correct the connection (business add), then run business verify.",
            "Correct the connection (PUT /v1/businesses/{business}), then send POST /v1/businesses/{business}/verify.",
        ),
        ("Kjør så business list.", "Send så GET /v1/businesses."),
        (
            "Kjør business verify. Det hjelper.",
            "Send POST /v1/businesses/{business}/verify. Det hjelper.",
        ),
        ("Run kvitt recover (HTTP: POST /v1/recover): it matches.", "Send POST /v1/recover: it matches."),
        ('Adopt it with --yes (HTTP: "accept_differences": true).', 'Adopt it with "accept_differences": true.'),
        (
            "Confirm it with kvitt invoice adopt 1001-1 24001; if not, adopt the right one.",
            "Confirm it with POST /v1/businesses/{business}/invoices/{number}/adopt; if not, adopt the right one.",
        ),
        ("Send it again (kvitt invoice send 1001-1 --again).", "Send it again (kvitt invoice send 1001-1 --again)."),
        ("Run kvitt recover --since INSTANT, soon.", 'Send POST /v1/recover {"since": "INSTANT"}, soon.'),
        ("Run kvitt doctor.", "Run kvitt doctor."),
        ("Link its customer; the invoice listed it.", "Link its customer; the invoice listed it."),
    ],
)
def test_a_command_is_read_as_its_route(said: str, read: str) -> None:
    assert worded(said) == read


def test_a_hint_about_a_business_s_own_webhook_names_the_business_s_routes(api: Api) -> None:
    api.put("/v1/businesses/fjell", json=business_document())
    for path, named in (
        ("/v1/businesses/fjell/webhooks", "/v1/businesses/{business}/webhooks"),
        ("/v1/webhooks", "/v1/webhooks"),
    ):
        told = problem_of(api.get(f"{path}/unknown"), 404, "unknown_webhook")
        assert told["hint"] == f"Send GET {named} for the ids."


def test_only_sentences_for_people_are_worded() -> None:
    said = "Run business verify."
    document = {"comment": said, "rows": [{"text": said}], "error": {"hint": said, "message": said}, "warnings": [said]}
    read = worded(said)

    assert worded_document(document) == {
        "comment": said,
        "rows": [{"text": said}],
        "error": {"hint": read, "message": read},
        "warnings": [read],
    }
    assert not may_name_commands(b'{"comment":"Run business verify."}')
    assert not may_name_commands(b'{"hint":"Correct it."}')


@pytest.mark.parametrize(("language", "first"), [("en", "Send GET /v1/businesses "), ("nb", "")])
def test_an_answer_names_routes_in_either_language(shared_fjell: Api, language: str, first: str) -> None:
    answer = shared_fjell.get("/v1/businesses/nix", headers={"Accept-Language": language})

    hint = problem_of(answer, 404, "unknown_business")["hint"]
    assert hint.startswith(first)
    assert "GET /v1/businesses" in hint
    assert "PUT /v1/businesses/{business}" in hint
    assert "business list" not in hint
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-language"] == language


def test_at_the_command_line_the_same_hint_names_commands() -> None:
    assert "business verify" in AccessRefused.default_hint
