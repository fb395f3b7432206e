"""Opening a business's books, and the connection that it takes."""

import logging
from collections.abc import Mapping

import pytest

from core.books import same_books
from core.business import Connection
from core.errors import AccessRefused, InvalidInput
from plugins.conformance.bench import Bench
from plugins.conformance.fixtures import Setup
from plugins.conformance.installation import BUSINESS, Installation
from plugins.conformance.samples import an_invoice
from plugins.conformance.tiers import Tier, nothing_to_show, shows
from plugins.settings import settings_of

_NUMBER = "2001-1"


class Connections(Setup):
    """What a connection promises."""

    @shows(Tier.GOLD)
    def test_opening_books_calls_nobody(self, bench: Bench, kvitt: Installation) -> None:
        """Opening them and their limits take no call: they are needed where no call may be made."""
        before = bench.calls_made()
        system = kvitt.opened_anew()
        _ = system.has_moved, system.limits, system.customers.can_search
        assert bench.calls_made() == before, "opening books, has_moved and limits call nobody"

    def test_books_have_an_identity_that_tells_them_from_others(self, bench: Bench, kvitt: Installation) -> None:
        """What is kept of orders and customers counts for these books only, however they were opened."""
        other = bench.other_books()
        kvitt.connect(other, name="other")
        these = kvitt.system(BUSINESS).identity()
        assert not same_books(kvitt.system("other").identity(), these), "other books, another identity"
        kvitt.connect(bench.connection(), name="same")
        assert same_books(kvitt.system("same").identity(), these), "the same books, the same identity"
        assert these.company_id.strip(), "an identity is never blank"

    @shows(Tier.GOLD)
    def test_asking_for_the_identity_again_calls_nobody(self, bench: Bench, kvitt: Installation) -> None:
        """The login told it, and is kept."""
        system = kvitt.system()
        these = system.identity()
        before = bench.calls_made()
        assert system.identity() == these
        assert bench.calls_made() == before, "identity() calls nobody while a login is kept"

    def test_secrets_are_never_shown(self, bench: Bench, kvitt: Installation) -> None:
        """A setting of type SecretStr is write-only."""
        connection = bench.connection()
        secrets = _secrets(bench, kvitt)
        if not secrets:
            nothing_to_show("this plugin's settings have no secret (SecretStr)")
        given = Connection.of(connection["system"], _settings(connection))
        shown = kvitt.systems.shown(kvitt.systems.checked(given))
        system = kvitt.system()
        told = f"{dict(shown)} {given!r} {system!r} {system.identity()!r} {system.orders!r} {system.customers!r}"
        assert not any(secret in told for secret in secrets), "secrets are in nothing that is shown, repr included"

    def test_a_connection_that_is_not_accepted_is_access_refused_and_tells_no_secret(
        self, bench: Bench, kvitt: Installation, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Nothing is retried until it is mended."""
        if not _secrets(bench, kvitt):
            nothing_to_show("this plugin's settings have no secret (SecretStr): every connection is accepted")
        connection = bench.refused_connection()
        kvitt.connect(connection, name="refused")
        kvitt.add(an_invoice(), business="refused")
        with caplog.at_level(logging.DEBUG):
            with pytest.raises(AccessRefused) as error:
                kvitt.verify("refused")
            transfer = kvitt.send(_NUMBER, business="refused")
        assert transfer.is_parked, f"a transfer waits until the connection is mended; it is {transfer}"
        told = f"{error.value} {error.value.hint} {error.value.faults} {transfer} {kvitt.story(transfer)} {caplog.text}"
        secrets = {*_secrets(bench, kvitt), *_secrets(bench, kvitt, connection)}
        assert not any(secret in told for secret in secrets), "no message, story or log line holds a secret"

    def test_settings_are_checked_by_the_plugins_model(self, bench: Bench, kvitt: Installation) -> None:
        """What is missing is named, what is unknown is refused, and no message holds a value."""
        connection = bench.connection()
        system, settings = connection["system"], _settings(connection)
        with pytest.raises(InvalidInput) as error:
            kvitt.systems.checked(Connection.of(system, {**settings, "no_such_setting": "hunter22"}))
        assert [fault.field for fault in error.value.faults] == ["accounting.no_such_setting"], (
            'An unknown setting is refused: give the model ConfigDict(extra="forbid").'
        )
        for name in [setting.name for setting in settings_of(kvitt.systems.model(system)) if setting.required]:
            with pytest.raises(InvalidInput) as error:
                kvitt.systems.checked(Connection.of(system, {k: v for k, v in settings.items() if k != name}))
            assert f"accounting.{name}" in [fault.field for fault in error.value.faults]
            told = f"{error.value.message} {error.value.faults}"
            assert not any(secret in told for secret in _secrets(bench, kvitt)), "no message holds a value"

    def test_what_is_checked_stays_as_it_is_when_checked_again(self, bench: Bench, kvitt: Installation) -> None:
        """A connection that was stored can be read again."""
        connection = bench.connection()
        checked = kvitt.systems.checked(Connection.of(connection["system"], _settings(connection)))
        assert kvitt.systems.checked(checked) == checked


def _settings(connection: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in connection.items() if name != "system"}


def _secrets(bench: Bench, kvitt: Installation, connection: Mapping[str, str] | None = None) -> list[str]:
    given = connection or bench.connection()
    return [given[name] for name in kvitt.systems.secrets(given["system"]) if given.get(name)]
