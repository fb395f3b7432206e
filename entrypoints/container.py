"""An installation: its settings, its adapters and its processes, around the use cases of plugins/wiring.py."""

import os
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from dependency_injector import providers

from adapters.clock import MachineClocks, SystemClock
from adapters.mark_file import MarkFile
from adapters.secrets import secret_box_with, secret_keys_of
from adapters.storage import (
    SqlCallCounter,
    SqlFigures,
    SqlKeyRing,
    SqlNoticeStore,
    SqlSealedTexts,
    SqlSessionRing,
    SqlSessionStore,
    open_storage,
)
from core.endpoint_address import Reach, endpoint_address
from core.ports.clock import Clock
from core.ports.surroundings import Surroundings
from core.sending.fence import FencedCalls
from core.transfer import RetryPolicy
from core.use_cases.deliver_events import Counts, DeliverEvents
from core.use_cases.follow_up import FollowUp
from core.use_cases.forget_old import ForgetOld
from core.use_cases.read_figures import ReadFigures
from core.use_cases.read_overview import ReadOverview
from core.use_cases.rotate_secret import RotateSecret
from core.use_cases.tell_people import TellPeople
from entrypoints.acting import current_actor
from entrypoints.language.at_hand import translator_into
from entrypoints.readiness import Pulse, Readiness
from entrypoints.settings import Settings, plugins_environment
from entrypoints.stopping import Stopping
from plugins.manager import find_plugins
from plugins.registry import AccountingRegistry
from plugins.wiring import UseCases

if TYPE_CHECKING:
    from adapters.notices.apprise_messenger import AppriseMessenger
    from adapters.openid import HttpOpenIdProvider
    from adapters.passkeys import WebAuthnCeremony
    from adapters.passwords import Argon2PasswordHasher
    from adapters.queue.durable import DurableTransferQueue
    from adapters.telemetry.telemetry import Telemetry
    from adapters.webhooks.poster import CourierPoster
    from entrypoints.deliverer import Deliverer

INLINE, DURABLE = "inline", "durable"


def _durable_queue(database_url: str, *, take_turn: Callable[[str], None], threads: int) -> "DurableTransferQueue":
    # Imported here because whoever takes turns in its own thread should not wait for DBOS to load.
    from adapters.queue.durable import DurableTransferQueue

    return DurableTransferQueue(database_url, take_turn=take_turn, threads=threads)


def _telemetry(environment: Mapping[str, str]) -> "Telemetry":
    # Imported here because a command that a person runs tells that person, and nobody else.
    from adapters.telemetry.telemetry import Meters, Telemetry
    from adapters.telemetry.traces import traces_for

    return Telemetry(Meters(), traces_for(environment))


def _messenger() -> "AppriseMessenger":
    # Imported here because few commands write to people, and each would wait for the ways of e-mail to load.
    from adapters.notices.apprise_messenger import AppriseMessenger

    return AppriseMessenger()


def _openid_provider(issuer: str, client_id: str, client_secret: str) -> "HttpOpenIdProvider | None":
    if not (issuer and client_id and client_secret):
        return None
    # Imported here because few installations have one.
    from adapters.openid import HttpOpenIdProvider

    return HttpOpenIdProvider(issuer=issuer, client_id=client_id, client_secret=client_secret)


def _passkey_ceremony() -> "WebAuthnCeremony":
    # Imported here because few commands know of passkeys.
    from adapters.passkeys import WebAuthnCeremony

    return WebAuthnCeremony()


def _password_hasher() -> "Argon2PasswordHasher":
    # Imported here because few commands know of passwords.
    from adapters.passwords import Argon2PasswordHasher

    return Argon2PasswordHasher()


def _webhook_poster(reach: Reach, clock: Clock, wall: Clock) -> "CourierPoster":
    # Imported here because few commands send an event themselves, and each would wait for HTTP to load.
    from adapters.webhooks.courier import Courier
    from adapters.webhooks.poster import CourierPoster

    return CourierPoster(lambda: Courier(reach), reach=reach, clock=clock, wall=wall)


def _deliverer(
    steps: DeliverEvents, reach: Reach, clock: Clock, wall: Clock, told: Callable[[Counts], None]
) -> "Deliverer":
    # Imported here because only workers deliver.
    from adapters.webhooks.courier import Courier
    from entrypoints.deliverer import Deliverer

    return Deliverer(steps, new_courier=lambda: Courier(reach), reach=reach, clock=clock, wall=wall, told=told)


class Container(UseCases):
    """One installation: its settings in, its use cases out.

    Nothing is opened or made before it is used, and each thing once.
    """

    _settings = UseCases.settings.provided
    environment = providers.ThreadSafeSingleton(plugins_environment, _settings.home, providers.Object(os.environ))
    queue_kind = providers.Object(INLINE)

    machine = providers.Singleton(MachineClocks)
    wall_clock = providers.Singleton(SystemClock)
    stopping = providers.ThreadSafeSingleton(Stopping, _settings.stop_patience)
    pulse = providers.Singleton(Pulse)
    telemetry: providers.Provider[Any] = providers.ThreadSafeSingleton(_telemetry, environment)
    secret_keys = providers.ThreadSafeSingleton(secret_keys_of, _settings.home, _settings.given_key)
    secret_box = providers.ThreadSafeSingleton(secret_box_with, secret_keys)
    sql_storage = providers.ThreadSafeSingleton(open_storage, _settings.database, secret_box, machine=machine)
    storage_clock = providers.ThreadSafeSingleton(attrgetter("clock"), UseCases.storage)
    mark_file = providers.ThreadSafeSingleton(MarkFile, _settings.home, _settings.database)
    sql_key_ring = providers.Singleton(SqlKeyRing, UseCases.storage)
    sql_session_ring = providers.Singleton(SqlSessionRing, UseCases.storage)
    http_openid = providers.ThreadSafeSingleton(
        _openid_provider, _settings.oidc_issuer, _settings.oidc_client_id, _settings.given_oidc_secret
    )
    web_authn = providers.ThreadSafeSingleton(_passkey_ceremony)
    argon2_hasher = providers.ThreadSafeSingleton(_password_hasher)
    sessions = providers.ThreadSafeSingleton(SqlSessionStore, UseCases.storage, secret_box)
    calls = providers.ThreadSafeSingleton(SqlCallCounter, UseCases.storage)
    surroundings = providers.ThreadSafeSingleton(
        Surroundings,
        sessions=sessions,
        calls=calls,
        clock=UseCases.clock,
        environment=environment,
        observer=providers.Factory(FencedCalls, telemetry),
    )
    plugins = providers.ThreadSafeSingleton(find_plugins)
    registry = providers.ThreadSafeSingleton(AccountingRegistry, surroundings, plugins)
    durable_queue = providers.ThreadSafeSingleton(
        _durable_queue,
        _settings.turns_database,
        take_turn=UseCases.take_turn.provided.take,
        threads=_settings.worker_threads,
    )
    patience_with_retries = providers.Factory(
        RetryPolicy,
        first=_settings.retry_first_seconds,
        longest=_settings.retry_longest_seconds,
        give_up_after=_settings.give_up_after_seconds,
    )

    readiness = providers.Singleton(
        Readiness,
        storage=UseCases.storage,
        queue=providers.Selector(queue_kind, inline=providers.Object(None), durable=UseCases.queue),
        pulse=pulse,
        sweep_seconds=_settings.sweep_seconds,
        folders=_settings.written_folders,
        telemetry=telemetry,
        lease=_settings.lease,
        worker_threads=_settings.worker_threads,
    )
    rotate_secret = providers.Singleton(
        RotateSecret,
        keys=secret_keys,
        sealed=providers.Singleton(SqlSealedTexts, UseCases.storage, secret_box),
        storage=UseCases.storage,
        auditor=UseCases.auditor,
    )
    courier_poster = providers.Singleton(_webhook_poster, _settings.webhook_reach, UseCases.clock, wall_clock)
    webhook_address = providers.Factory(
        lambda reach: lambda url: endpoint_address(url, reach=reach).url, _settings.webhook_reach
    )
    deliver_events = providers.Singleton(
        DeliverEvents,
        storage=UseCases.storage,
        clock=UseCases.clock,
        auditor=UseCases.auditor,
        new_holder=UseCases.new_holder,
        chance=UseCases.chance,
    )
    deliverer = providers.Factory(
        _deliverer,
        deliver_events,
        _settings.webhook_reach,
        UseCases.clock,
        wall_clock,
        told=telemetry.provided.delivered,
    )
    figures = providers.Singleton(SqlFigures, UseCases.storage)
    read_figures = providers.Singleton(
        ReadFigures, figures=figures, storage=UseCases.storage, systems=UseCases.systems, clock=UseCases.clock
    )
    read_overview = providers.Singleton(
        ReadOverview, storage=UseCases.storage, figures=read_figures, clock=UseCases.clock
    )
    forget_old = providers.Singleton(
        ForgetOld,
        storage=UseCases.storage,
        clock=UseCases.clock,
        keep_invoices=_settings.keep_invoices,
        keep_details=_settings.keep_details,
        stopping=UseCases.is_stopping,
    )
    messenger: providers.Provider[Any] = providers.Singleton(_messenger)
    notice_store = providers.Singleton(SqlNoticeStore, UseCases.storage)
    tell_people = providers.Singleton(
        TellPeople,
        storage=UseCases.storage,
        notices=notice_store,
        messenger=messenger,
        clock=UseCases.clock,
        operator=_settings.notify_addresses,
        sum_up_at=_settings.sum_up_at,
        translate=providers.Factory(translator_into, _settings.language),
        new_holder=UseCases.new_holder,
        stopping=UseCases.is_stopping,
    )
    follow_up = providers.Singleton(
        FollowUp,
        storage=UseCases.storage,
        clock=UseCases.clock,
        check_status=UseCases.check_status,
        interval=_settings.follow_up,
        operator_is_told=providers.Callable(bool, _settings.notify_addresses),
        stopping=UseCases.is_stopping,
    )


def make_container(settings: Settings, *, queue: str = INLINE) -> Container:
    """Wire an installation. Nothing is opened or made before it is used.

    `queue` says who takes turns: INLINE, the caller's own thread; DURABLE, workers, here once the queue is started.
    """
    container = Container(settings=settings, queue_kind=queue, actor=current_actor)
    for port, adapter in (
        (container.storage, container.sql_storage),
        (container.systems, container.registry),
        (container.clock, container.storage_clock),
        (container.marks, container.mark_file),
        (container.key_ring, container.sql_key_ring),
        (container.session_ring, container.sql_session_ring),
        (container.password_hasher, container.argon2_hasher),
        (container.passkey_ceremony, container.web_authn),
        (container.openid, container.http_openid),
        (container.observer, container.telemetry),
        (container.retry_policy, container.patience_with_retries),
        (container.is_stopping, container.stopping.provided.is_set),
        (container.wait, container.stopping.provided.wait),
        (container.webhook_poster, container.courier_poster),
        (container.judge_webhook_address, container.webhook_address),
    ):
        port.override(adapter)
    if queue == DURABLE:
        container.queue.override(container.durable_queue)
    container.check_dependencies()
    return container
