"""The control page: one plain page of HTML, without a script and without anything fetched from elsewhere."""

from html import escape

from sandbox.twentyfour_seven_office.faults import EVERY_OPERATION, KINDS
from sandbox.twentyfour_seven_office.norwegian_time import day_of
from sandbox.twentyfour_seven_office.records import Order
from sandbox.twentyfour_seven_office.rest import OPERATION_NAMES
from sandbox.twentyfour_seven_office.soap.services import SERVICES
from sandbox.twentyfour_seven_office.users import Account
from sandbox.twentyfour_seven_office.world import World

SHOWN_CALLS = 30

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #222; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } form { display: inline; }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number, th.number { text-align: right; } .faint { color: #595959; } .bad { color: #a40000; }
button, input, select { font: inherit; } button { cursor: pointer; }
"""


def page_of(world: World) -> bytes:
    """The page as it stands now; everything that came from outside is escaped."""
    sections = [_account(account) for account in world.accounts] or ["<p>There are no accounts.</p>"]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Sandbox: 24SevenOffice</title><style>{STYLE}</style></head><body>"
        "<h1>Sandbox: a stand-in for 24SevenOffice</h1>"
        '<p class="faint">Here you are the accountant: publish an order as an invoice, take its payment, '
        "delete it. Nothing leaves this machine.</p>"
        f"{''.join(sections)}{_faults(world)}{_quota(world)}{_latency(world)}{_calls(world)}</body></html>"
    ).encode()


def _account(account: Account) -> str:
    orders = "".join(_order(account, order) for order in account.books.orders.values())
    table = (
        '<div class="wide"><table><tr><th>Order</th><th>Reference or memo</th><th>Customer</th><th>Rows</th>'
        '<th class="number">Total</th><th>Invoice</th><th>Paid</th><th></th></tr>'
        f"{orders}</table></div>"
    )
    nothing = '<p class="faint">No orders yet.</p>'
    return (
        f"<h2>{escape(account.name)}</h2>"
        f'<p class="faint">Identity {escape(account.identity_id)} · organization {account.number} · '
        f"{len(account.books.customers)} customers · "
        f"{len(account.books.products)} products</p>{table if orders else nothing}"
    )


def _order(account: Account, order: Order) -> str:
    customer = account.books.customers.get(order.customer_id)
    order_id = {"account": account.identity_id, "order_id": str(order.id)}
    acts = ""
    if order.invoice_id is None:
        acts += _form("/control/publish", "Publish", order_id)
    else:
        whole = "all of it" if order.paid is None else "more"
        required = "" if order.paid is None else " required"
        amount = f'<input name="amount" size="8" placeholder="{whole}"{required}> '
        acts += _form("/control/pay", "Pay", order_id, amount)
    acts += " " + _form("/control/delete", "Delete", order_id)
    return (
        f'<tr><td>{order.id} <span class="faint">{escape(order.status)}</span></td>'
        f"<td>{'<br>'.join(escape(text) for text in (order.reference, order.internal_memo) if text)}</td>"
        f"<td>{escape(customer.name if customer else '(deleted)')}</td>"
        f"<td>{'<br>'.join(escape(row.name) for row in order.rows)}</td>"
        f'<td class="number">{order.total_inc_vat:f} {escape(order.currency_symbol)}</td>'
        f"<td>{order.invoice_id or ''}</td><td>{_paid(order)}</td><td>{acts}</td></tr>"
    )


def _paid(order: Order) -> str:
    """When an invoice was settled, and what was paid too much, or how much of it has been paid so far."""
    if order.paid:
        too_much = order.paid_amount - order.total_inc_vat
        return day_of(order.paid).isoformat() + (f", {too_much:f} too much" if too_much else "")
    return f"{order.paid_amount:f} so far" if order.paid_amount else ""


def _faults(world: World) -> str:
    soap = [name for service in SERVICES for name in service.operations]
    operations = [EVERY_OPERATION, *soap, *OPERATION_NAMES]
    waiting = "".join(
        f"<li>{escape(fault.kind)} for {escape(fault.operation)}, "
        f"{'until cleared' if fault.times is None else f'{fault.times} more'}</li>"
        for fault in world.faults.waiting()
    )
    return (
        "<h2>Faults</h2>"
        + (f"<ul>{waiting}</ul>" if waiting else '<p class="faint">None waiting.</p>')
        + '<form method="post" action="/control/faults">'
        + f"<label>Operation {_select('operation', operations)}</label> "
        + f"<label>Kind {_select('kind', KINDS)}</label> "
        + '<label>Times <input name="times" value="1" size="3"></label> '
        + '<label>Item <input name="item" size="3"></label> <button>Add</button></form> '
        + _form("/control/faults/clear", "Clear all", {})
    )


def _quota(world: World) -> str:
    return (
        f"<h2>Quota</h2><p>{world.quota.left} of {world.quota.limit} calls left in this hour.</p>"
        '<form method="post" action="/control/quota"><label>Limit '
        f'<input name="limit" value="{world.quota.limit}" size="6"></label> <button>Set</button></form> '
        + _form("/control/expire-sessions", "End all sessions and tokens", {})
        + " "
        + _form("/control/reset", "Start over", {})
    )


def _latency(world: World) -> str:
    return (
        "<h2>Latency</h2>"
        '<form method="post" action="/control/latency"><label>Milliseconds that every answer takes '
        f'<input name="milliseconds" value="{world.latency * 1_000:g}" size="6"></label> <button>Set</button></form>'
    )


def _calls(world: World) -> str:
    rows = "".join(
        f"<tr><td>{call.number}</td><td>{call.time:%H:%M:%S}</td>"
        f"<td>{escape(call.title)}</td><td>{escape(call.account)}</td>"
        f'<td class="{"faint" if call.outcome == "ok" else "bad"}">{escape(call.outcome)}</td></tr>'
        for call in reversed(world.journal.calls()[-SHOWN_CALLS:])
    )
    header = "<tr><th>No</th><th>UTC</th><th>Call</th><th>Account</th><th>Outcome</th></tr>"
    return f'<h2>Last calls</h2><div class="wide"><table>{header}{rows}</table></div>'


def _form(action: str, label: str, fields: dict[str, str], inputs: str = "") -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    return f'<form method="post" action="{action}">{hidden}{inputs}<button>{escape(label)}</button></form>'


def _select(name: str, choices: tuple[str, ...] | list[str]) -> str:
    options = "".join(f"<option>{escape(choice)}</option>" for choice in choices)
    return f'<select name="{name}">{options}</select>'
