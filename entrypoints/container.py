"""The wiring: the only place that names concrete classes of every room."""

import os
import random
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from adapters.clock import MachineClocks, SystemClock
from adapters.identifiers import new_api_key_text, time_ordered_id
from adapters.mark_file import MarkFile
from adapters.queue.inline import InlineTransferQueue
from adapters.secrets import secret_box_with, secret_keys_of
from adapters.storage import SqlCallCounter, SqlFigures, SqlKeyRing, SqlSealedTexts, SqlSessionStore, open_storage
from core.auditor import Auditor
from core.ports.surroundings import Surroundings
from core.sending.attempt import TransferInvoices
from core.sending.create_once import CreateOnce
from core.sending.customer_directory import CustomerDirectory
from core.sending.customers import FindCustomers
from core.sending.fence import FencedCalls
from core.sending.orders import PlaceOrders
from core.sending.record import RecordTransfers
from core.sending.references import ReferenceData
from core.sending.restore_watch import RestoreWatch
from core.sending.turn import TakeTurn
from core.transfer import RetryPolicy
from core.use_cases.add_invoice import AddInvoice
from core.use_cases.adopt_order import AdoptOrder
from core.use_cases.authenticate import Authenticate
from core.use_cases.check_status import CheckStatus
from core.use_cases.connect_business import ConnectBusiness
from core.use_cases.erase_business import EraseBusiness
from core.use_cases.export_business import ExportBusiness
from core.use_cases.follow_up import FollowUp
from core.use_cases.forget_old import ForgetOld
from core.use_cases.link_customer import LinkCustomer
from core.use_cases.look_up import LookUp
from core.use_cases.manage_api_keys import ManageApiKeys
from core.use_cases.manage_transfers import ManageTransfers
from core.use_cases.preview_invoice import PreviewInvoice
from core.use_cases.read_figures import ReadFigures
from core.use_cases.recover import Recover
from core.use_cases.rotate_secret import RotateSecret
from core.use_cases.send_again import SendAgain
from core.use_cases.send_invoice import SendInvoice
from core.use_cases.send_many import SendMany
from core.use_cases.sweep import Sweep
from core.use_cases.tie_order import TieOrder
from core.use_cases.verify_business import VerifyBusiness
from entrypoints.acting import current_actor
from entrypoints.pulse import Pulse
from entrypoints.readiness import Readiness
from entrypoints.settings import Settings
from entrypoints.stopping import Stopping
from plugins.manager import find_plugins
from plugins.registry import AccountingRegistry

if TYPE_CHECKING:
    from adapters.queue.durable import DurableTransferQueue
    from adapters.telemetry.telemetry import Telemetry

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


class Container(containers.DeclarativeContainer):
    """One installation: its settings in, its use cases out.

    What workers' threads may be the first to ask for is made once whichever thread asks.
    """

    settings = providers.Dependency(instance_of=Settings)
    environment = providers.Object(os.environ)

    queue_kind = providers.Object(INLINE)

    machine = providers.Singleton(MachineClocks)
    wall_clock = providers.Singleton(SystemClock)
    stopping = providers.ThreadSafeSingleton(Stopping, settings.provided.stop_patience)
    pulse = providers.Singleton(Pulse)
    telemetry = providers.ThreadSafeSingleton(_telemetry, environment)
    secret_keys = providers.ThreadSafeSingleton(secret_keys_of, settings.provided.home, settings.provided.given_key)
    secret_box = providers.ThreadSafeSingleton(secret_box_with, secret_keys)
    storage = providers.ThreadSafeSingleton(open_storage, settings.provided.database, secret_box, machine=machine)
    clock = providers.ThreadSafeSingleton(attrgetter("clock"), storage)
    sessions = providers.ThreadSafeSingleton(SqlSessionStore, storage, secret_box)
    calls = providers.ThreadSafeSingleton(SqlCallCounter, storage)
    surroundings = providers.ThreadSafeSingleton(
        Surroundings,
        sessions=sessions,
        calls=calls,
        clock=clock,
        environment=environment,
        observer=providers.Factory(FencedCalls, telemetry),
    )
    plugins = providers.ThreadSafeSingleton(find_plugins)
    systems = providers.ThreadSafeSingleton(AccountingRegistry, surroundings, plugins)
    _auditor = providers.ThreadSafeSingleton(
        Auditor, storage=storage, clock=clock, actor=providers.Object(current_actor)
    )
    restore_watch = providers.ThreadSafeSingleton(
        RestoreWatch,
        storage=storage,
        marks=providers.ThreadSafeSingleton(MarkFile, settings.provided.home, settings.provided.database),
        clock=clock,
        auditor=_auditor,
        wait=stopping.provided.wait,
    )

    _create_once = providers.ThreadSafeSingleton(
        CreateOnce, storage=storage, clock=clock, settling=settings.provided.settling
    )
    _reference_data = providers.ThreadSafeSingleton(
        ReferenceData, storage=storage, clock=clock, create_once=_create_once
    )
    _find_customers = providers.ThreadSafeSingleton(
        FindCustomers,
        storage=storage,
        clock=clock,
        create_once=_create_once,
        directory=providers.ThreadSafeSingleton(CustomerDirectory, storage=storage, clock=clock),
        most_at_once=settings.provided.chunk_size,
    )
    _place_orders = providers.ThreadSafeSingleton(
        PlaceOrders,
        storage=storage,
        clock=clock,
        watch=restore_watch,
        settling=settings.provided.settling,
        most_at_once=settings.provided.chunk_size,
    )
    _transfer_invoices = providers.ThreadSafeSingleton(
        TransferInvoices,
        storage=storage,
        systems=systems,
        clock=clock,
        auditor=_auditor,
        retry_policy=providers.Factory(
            RetryPolicy,
            first=settings.provided.retry_first_seconds,
            longest=settings.provided.retry_longest_seconds,
            give_up_after=settings.provided.give_up_after_seconds,
        ),
        reference_data=_reference_data,
        find_customers=_find_customers,
        place_orders=_place_orders,
        watch=restore_watch,
        chance=providers.Object(random.random),
        observer=telemetry,
    )
    take_turn = providers.ThreadSafeSingleton(
        TakeTurn,
        storage=storage,
        clock=clock,
        auditor=_auditor,
        transfer_invoices=_transfer_invoices,
        watch=restore_watch,
        lease=settings.provided.lease,
        new_holder=providers.Object(time_ordered_id),
        stopping=stopping.provided.is_set,
        observer=telemetry,
    )
    queue = providers.Selector(
        queue_kind,
        inline=providers.ThreadSafeSingleton(InlineTransferQueue, take_turn.provided.take),
        durable=providers.ThreadSafeSingleton(
            _durable_queue,
            settings.provided.turns_database,
            take_turn=take_turn.provided.take,
            threads=settings.provided.worker_threads,
        ),
    )
    readiness = providers.Singleton(
        Readiness,
        storage=storage,
        queue=providers.Selector(queue_kind, inline=providers.Object(None), durable=queue),
        pulse=pulse,
        sweep_seconds=settings.provided.sweep_seconds,
        folders=settings.provided.written_folders,
        telemetry=telemetry,
        lease=settings.provided.lease,
        worker_threads=settings.provided.worker_threads,
    )
    sweep = providers.Singleton(Sweep, storage=storage, queue=queue, clock=clock)

    rotate_secret = providers.Singleton(
        RotateSecret,
        keys=secret_keys,
        sealed=providers.Singleton(SqlSealedTexts, storage, secret_box),
        storage=storage,
        auditor=_auditor,
    )
    look_up = providers.Singleton(LookUp, storage)
    connect_business = providers.Singleton(
        ConnectBusiness, storage=storage, systems=systems, clock=clock, auditor=_auditor
    )
    verify_business = providers.Singleton(
        VerifyBusiness, storage=storage, systems=systems, clock=clock, auditor=_auditor
    )
    figures = providers.Singleton(SqlFigures, storage)
    export_business = providers.Singleton(
        ExportBusiness, storage=storage, systems=systems, clock=clock, auditor=_auditor
    )
    erase_business = providers.Singleton(
        EraseBusiness,
        storage=storage,
        clock=clock,
        auditor=_auditor,
        lease=settings.provided.lease,
        new_holder=providers.Object(time_ordered_id),
    )
    forget_old = providers.Singleton(
        ForgetOld,
        storage=storage,
        clock=clock,
        keep_invoices=settings.provided.keep_invoices,
        keep_details=settings.provided.keep_details,
        stopping=stopping.provided.is_set,
    )
    read_figures = providers.Singleton(ReadFigures, figures=figures, storage=storage, systems=systems, clock=clock)
    add_invoice = providers.Singleton(AddInvoice, storage=storage, auditor=_auditor)
    preview_invoice = providers.Singleton(
        PreviewInvoice,
        storage=storage,
        systems=systems,
        reference_data=_reference_data,
        find_customers=_find_customers,
    )
    _record_transfers = providers.Singleton(
        RecordTransfers, storage=storage, clock=clock, queue=queue, new_id=providers.Object(time_ordered_id)
    )
    send_invoice = providers.Singleton(
        SendInvoice, storage=storage, systems=systems, auditor=_auditor, transfers=_record_transfers
    )
    send_many = providers.Singleton(
        SendMany,
        storage=storage,
        systems=systems,
        queue=queue,
        clock=clock,
        auditor=_auditor,
        transfers=_record_transfers,
        new_id=providers.Object(time_ordered_id),
    )
    send_again = providers.Singleton(
        SendAgain,
        storage=storage,
        systems=systems,
        clock=clock,
        auditor=_auditor,
        transfers=_record_transfers,
        new_id=providers.Object(time_ordered_id),
    )
    manage_transfers = providers.Singleton(
        ManageTransfers, storage=storage, clock=clock, auditor=_auditor, transfers=_record_transfers
    )
    link_customer = providers.Singleton(LinkCustomer, storage=storage, systems=systems, auditor=_auditor)
    _tie_order = providers.Singleton(
        TieOrder,
        storage=storage,
        auditor=_auditor,
        find_customers=_find_customers,
        new_id=providers.Object(time_ordered_id),
    )
    recover = providers.Singleton(
        Recover,
        storage=storage,
        systems=systems,
        clock=clock,
        auditor=_auditor,
        watch=restore_watch,
        tie_order=_tie_order,
        settling=settings.provided.settling,
        lease=settings.provided.lease,
        new_holder=providers.Object(time_ordered_id),
    )
    adopt_order = providers.Singleton(
        AdoptOrder,
        storage=storage,
        systems=systems,
        clock=clock,
        auditor=_auditor,
        tie_order=_tie_order,
        settling=settings.provided.settling,
        lease=settings.provided.lease,
        new_holder=providers.Object(time_ordered_id),
    )
    check_status = providers.Singleton(CheckStatus, storage=storage, systems=systems, clock=clock, auditor=_auditor)
    manage_api_keys = providers.Singleton(
        ManageApiKeys,
        storage=storage,
        clock=clock,
        auditor=_auditor,
        new_text=providers.Object(new_api_key_text),
    )
    key_ring = providers.Singleton(SqlKeyRing, storage)
    authenticate = providers.Singleton(Authenticate, key_ring=key_ring, storage=storage, clock=clock)
    follow_up = providers.Singleton(
        FollowUp,
        storage=storage,
        systems=systems,
        clock=clock,
        check_status=check_status,
        interval=settings.provided.follow_up,
        stopping=stopping.provided.is_set,
    )


def make_container(settings: Settings, *, queue: str = INLINE) -> Container:
    """Wire an installation. Nothing is opened or made before it is used.

    `queue` says who takes turns: INLINE, the caller's own thread; DURABLE, workers, here once the queue is started.
    """
    container = Container(settings=settings, queue_kind=queue)
    container.check_dependencies()
    return container
