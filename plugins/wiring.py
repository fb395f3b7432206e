"""The wiring of the engine and the use cases, over whatever adapters they are given.

It is here, below the entry points, because the conformance kit needs it too and may not import them.
"""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dependency_injector import containers, providers

from adapters.identifiers import new_api_key_text, new_secret_text, new_webhook_secret, time_ordered_id
from adapters.notices.judging import fault_for_business
from adapters.queue.inline import InlineTransferQueue
from core.auditor import Auditor
from core.ports.observers import NOBODY
from core.sending.attempt import TransferInvoices
from core.sending.create_once import CreateOnce
from core.sending.customer_directory import CustomerDirectory
from core.sending.customers import FindCustomers
from core.sending.orders import PlaceOrders
from core.sending.references import ReferenceData
from core.sending.restore_watch import RestoreWatch
from core.sending.sweep import Sweep
from core.sending.tie_order import TieOrder
from core.sending.turn import TakeTurn
from core.sending.withdraw import WithdrawOrders
from core.transfer import RetryPolicy
from core.use_cases.add_invoice import AddInvoice
from core.use_cases.adopt_order import AdoptOrder
from core.use_cases.api_keys import Authenticate, ManageApiKeys
from core.use_cases.check_status import CheckStatus
from core.use_cases.connect_business import ConnectBusiness
from core.use_cases.credit_invoice import CreditInvoice
from core.use_cases.delete_invoice import DeleteInvoice
from core.use_cases.erase_business import EraseBusiness
from core.use_cases.export_business import ExportBusiness
from core.use_cases.find_worker import FindWorker
from core.use_cases.link_customer import LinkCustomer
from core.use_cases.look_up import LookUp
from core.use_cases.manage_transfers import ManageTransfers
from core.use_cases.manage_users import ManageUsers
from core.use_cases.manage_webhooks import ManageWebhooks
from core.use_cases.preview_invoice import PreviewInvoice
from core.use_cases.read_payments import ReadPayments
from core.use_cases.recover import Recover
from core.use_cases.send_again import SendAgain
from core.use_cases.send_invoice import SendInvoice
from core.use_cases.send_many import SendMany
from core.use_cases.sign_in import SignIn
from core.use_cases.tell_history import TellHistory
from core.use_cases.use_passkeys import UsePasskeys
from core.use_cases.verify_business import VerifyBusiness
from core.use_cases.withdraw_invoice import WithdrawInvoice


@dataclass(frozen=True)
class Terms:
    """What the use cases need of the settings, where there is no operator who sets them."""

    settling: timedelta = timedelta(seconds=120)
    lease: timedelta = timedelta(seconds=300)
    chunk_size: int = 100


class UseCases(containers.DeclarativeContainer):
    """What Kvitt does, for one installation: ports in, use cases out.

    Adapters are given by name when it is made, or override what is here. What workers' threads may be the first to ask
    for is made once whichever thread asks.
    """

    storage: providers.Dependency[Any] = providers.Dependency()
    systems: providers.Dependency[Any] = providers.Dependency()
    clock: providers.Dependency[Any] = providers.Dependency()
    marks: providers.Dependency[Any] = providers.Dependency()
    actor: providers.Dependency[Any] = providers.Dependency()
    settings: providers.Dependency[Any] = providers.Dependency()
    key_ring: providers.Dependency[Any] = providers.Dependency()
    session_ring: providers.Dependency[Any] = providers.Dependency()
    password_hasher: providers.Dependency[Any] = providers.Dependency()
    passkey_ceremony: providers.Dependency[Any] = providers.Dependency()
    openid: providers.Provider[Any] = providers.Object(None)
    retry_policy: providers.Provider[Any] = providers.Object(RetryPolicy())
    observer: providers.Provider[Any] = providers.Object(NOBODY)
    chance = providers.Object(random.random)
    new_id = providers.Object(time_ordered_id)
    new_holder = providers.Object(time_ordered_id)
    new_key_text = providers.Object(new_api_key_text)
    new_secret_text = providers.Object(new_secret_text)
    new_webhook_secret = providers.Object(new_webhook_secret)
    webhook_poster: providers.Dependency[Any] = providers.Dependency()
    judge_notice_address: providers.Provider[Any] = providers.Object(fault_for_business)
    judge_webhook_address: providers.Dependency[Any] = providers.Dependency()
    is_stopping: providers.Provider[Any] = providers.Object(lambda: False)
    wait: providers.Provider[Any] = providers.Object(lambda _seconds: None)

    auditor = providers.ThreadSafeSingleton(Auditor, storage=storage, clock=clock, actor=actor)
    restore_watch = providers.ThreadSafeSingleton(
        RestoreWatch, storage=storage, marks=marks, clock=clock, auditor=auditor, wait=wait
    )

    create_once = providers.ThreadSafeSingleton(
        CreateOnce, storage=storage, clock=clock, settling=settings.provided.settling
    )
    reference_data = providers.ThreadSafeSingleton(ReferenceData, storage=storage, clock=clock, create_once=create_once)
    find_customers = providers.ThreadSafeSingleton(
        FindCustomers,
        storage=storage,
        clock=clock,
        create_once=create_once,
        directory=providers.ThreadSafeSingleton(CustomerDirectory, storage=storage, clock=clock),
        most_at_once=settings.provided.chunk_size,
    )
    place_orders = providers.ThreadSafeSingleton(
        PlaceOrders,
        storage=storage,
        clock=clock,
        watch=restore_watch,
        settling=settings.provided.settling,
        most_at_once=settings.provided.chunk_size,
    )
    transfer_invoices = providers.ThreadSafeSingleton(
        TransferInvoices,
        storage=storage,
        systems=systems,
        clock=clock,
        auditor=auditor,
        retry_policy=retry_policy,
        reference_data=reference_data,
        find_customers=find_customers,
        place_orders=place_orders,
        watch=restore_watch,
        chance=chance,
        observer=observer,
    )
    withdraw_orders = providers.ThreadSafeSingleton(
        WithdrawOrders,
        storage=storage,
        systems=systems,
        clock=clock,
        auditor=auditor,
        retry_policy=retry_policy,
        watch=restore_watch,
        settling=settings.provided.settling,
        chance=chance,
        new_id=new_id,
    )
    take_turn = providers.ThreadSafeSingleton(
        TakeTurn,
        storage=storage,
        clock=clock,
        auditor=auditor,
        transfer_invoices=transfer_invoices,
        withdraw_orders=withdraw_orders,
        retry_policy=retry_policy,
        watch=restore_watch,
        lease=settings.provided.lease,
        new_holder=new_holder,
        stopping=is_stopping,
        observer=observer,
    )
    queue: providers.Provider[Any] = providers.ThreadSafeSingleton(InlineTransferQueue, take_turn.provided.take)
    sweep = providers.Singleton(Sweep, storage=storage, queue=queue, clock=clock)

    look_up = providers.Singleton(LookUp, storage)
    tell_history = providers.Singleton(TellHistory, storage)
    read_payments = providers.Singleton(ReadPayments, storage=storage, clock=clock)
    find_worker = providers.Singleton(FindWorker, storage=storage, clock=clock)
    connect_business = providers.Singleton(
        ConnectBusiness,
        storage=storage,
        systems=systems,
        clock=clock,
        auditor=auditor,
        judge_notice_address=judge_notice_address,
    )
    verify_business = providers.Singleton(
        VerifyBusiness, storage=storage, systems=systems, clock=clock, auditor=auditor
    )
    export_business = providers.Singleton(
        ExportBusiness, storage=storage, systems=systems, clock=clock, auditor=auditor
    )
    erase_business = providers.Singleton(
        EraseBusiness,
        storage=storage,
        clock=clock,
        auditor=auditor,
        lease=settings.provided.lease,
        new_holder=new_holder,
    )
    add_invoice = providers.Singleton(AddInvoice, storage=storage, auditor=auditor)
    delete_invoice = providers.Singleton(DeleteInvoice, storage=storage, auditor=auditor, watch=restore_watch)
    credit_invoice = providers.Singleton(CreditInvoice, storage=storage, systems=systems, clock=clock, auditor=auditor)
    preview_invoice = providers.Singleton(
        PreviewInvoice,
        storage=storage,
        systems=systems,
        reference_data=reference_data,
        find_customers=find_customers,
    )
    send_invoice = providers.Singleton(
        SendInvoice, storage=storage, systems=systems, queue=queue, clock=clock, auditor=auditor, new_id=new_id
    )
    send_many = providers.Singleton(
        SendMany, storage=storage, systems=systems, queue=queue, clock=clock, auditor=auditor, new_id=new_id
    )
    send_again = providers.Singleton(
        SendAgain, storage=storage, systems=systems, queue=queue, clock=clock, auditor=auditor, new_id=new_id
    )
    withdraw_invoice = providers.Singleton(
        WithdrawInvoice,
        storage=storage,
        systems=systems,
        queue=queue,
        clock=clock,
        auditor=auditor,
        add_invoice=add_invoice,
        send_invoice=send_invoice,
    )
    manage_transfers = providers.Singleton(ManageTransfers, storage=storage, queue=queue, clock=clock, auditor=auditor)
    link_customer = providers.Singleton(LinkCustomer, storage=storage, systems=systems, auditor=auditor)
    tie_order = providers.Singleton(
        TieOrder,
        storage=storage,
        auditor=auditor,
        find_customers=find_customers,
        new_id=new_id,
    )
    recover = providers.Singleton(
        Recover,
        storage=storage,
        systems=systems,
        clock=clock,
        auditor=auditor,
        watch=restore_watch,
        tie_order=tie_order,
        settling=settings.provided.settling,
        lease=settings.provided.lease,
        new_holder=new_holder,
    )
    adopt_order = providers.Singleton(
        AdoptOrder,
        storage=storage,
        systems=systems,
        clock=clock,
        auditor=auditor,
        tie_order=tie_order,
        settling=settings.provided.settling,
        lease=settings.provided.lease,
        new_holder=new_holder,
    )
    check_status = providers.Singleton(CheckStatus, storage=storage, systems=systems, clock=clock, auditor=auditor)
    manage_api_keys = providers.Singleton(
        ManageApiKeys,
        storage=storage,
        clock=clock,
        auditor=auditor,
        new_text=new_key_text,
    )
    manage_webhooks = providers.Singleton(
        ManageWebhooks,
        storage=storage,
        clock=clock,
        auditor=auditor,
        poster=webhook_poster,
        judge=judge_webhook_address,
        new_id=new_id,
        new_secret=new_webhook_secret,
    )
    authenticate = providers.Singleton(Authenticate, key_ring=key_ring, storage=storage, clock=clock)
    manage_users = providers.Singleton(
        ManageUsers,
        storage=storage,
        clock=clock,
        auditor=auditor,
        hasher=password_hasher,
        new_text=new_secret_text,
    )
    sign_in = providers.Singleton(
        SignIn,
        storage=storage,
        sessions=session_ring,
        clock=clock,
        auditor=auditor,
        hasher=password_hasher,
        openid=openid,
        new_id=new_id,
        new_text=new_secret_text,
    )
    use_passkeys = providers.Singleton(
        UsePasskeys,
        storage=storage,
        clock=clock,
        auditor=auditor,
        ceremony=passkey_ceremony,
        sign_in=sign_in,
        new_id=new_id,
        new_text=new_secret_text,
    )
