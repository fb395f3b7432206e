"""The control page: one plain page of HTML, without a script and without anything fetched from elsewhere."""

from html import escape
from itertools import islice

from sandbox.twentyfour_seven_office.faults import EVERY_OPERATION, KINDS, MEANINGS
from sandbox.twentyfour_seven_office.norwegian_time import day_of
from sandbox.twentyfour_seven_office.records import Customer, Order
from sandbox.twentyfour_seven_office.rest import OPERATION_NAMES
from sandbox.twentyfour_seven_office.soap.services import SERVICES
from sandbox.twentyfour_seven_office.users import Account
from sandbox.twentyfour_seven_office.world import World

SHOWN_CALLS = 30
SHOWN_CUSTOMERS = 50
CUSTOMER_TYPES = ("Consumer", "Business")

_CUSTOMER_HEADER = "<tr><th>Customer</th><th>Name</th><th>Type</th><th>Organization number</th><th>E-mail</th></tr>"

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #222; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } form { display: inline; }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number, th.number { text-align: right; padding-right: 1.4rem; } .faint { color: #595959; } .bad { color: #a40000; }
button, input, select { font: inherit; max-width: 100%; box-sizing: border-box; }
button { cursor: pointer; margin-bottom: .4rem; }
label { display: inline-block; margin: 0 .6rem .4rem 0; } td form { display: inline-block; margin-bottom: .2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dd { margin: 0; }
details { margin: .6rem 0; } summary { cursor: pointer; } td { overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; }
  table, tbody, tr, td { display: block; } tr:first-child { display: none; }
  tr { border-bottom: 1px solid #bbb; padding: .5rem 0; }
  td { border: 0; padding: .1rem 0; } td:empty { display: none; } td.number { text-align: left; }
  td[data-label]::before { content: attr(data-label) ": "; color: #595959; }
  label { display: block; } label input, label select { display: block; width: 100%; }
  button { padding: .3rem .8rem; } dl { display: block; } dt { font-weight: 600; } dd { margin: 0 0 .4rem; }
}
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
    customers = "".join(_customer(customer) for customer in islice(account.books.customers.values(), SHOWN_CUSTOMERS))
    hidden = len(account.books.customers) - SHOWN_CUSTOMERS
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
        f"<details><summary>Customers</summary>{_new_customer(account)}"
        + (f'<div class="wide"><table>{_CUSTOMER_HEADER}{customers}</table></div>' if customers else "")
        + (f'<p class="faint">And {hidden} more.</p>' if hidden > 0 else "")
        + "</details>"
    )


def _customer(customer: Customer) -> str:
    cells = {
        "Customer": str(customer.id),
        "Name": full_name(customer),
        "Type": customer.type,
        "Organization number": customer.organization_number,
        "E-mail": ", ".join(dict.fromkeys(customer.emails.values())),
    }
    return f"<tr>{''.join(_cell(label, escape(text)) for label, text in cells.items())}</tr>"


def _new_customer(account: Account) -> str:
    return (
        '<form method="post" action="/control/customers">'
        f'<input type="hidden" name="account" value="{escape(account.identity_id)}">'
        f"<label>Type {_select('type', CUSTOMER_TYPES)}</label> "
        '<label>First name (of a person) <input name="first_name"></label> '
        '<label>Last name, or the company\'s <input name="name" required></label> '
        '<label>Organization number <input name="organization_number"></label> '
        '<label>E-mail <input name="email"></label> <button>Add customer</button></form>'
    )


def full_name(customer: Customer) -> str:
    """What a customer is called: a person by both names."""
    return f"{customer.first_name} {customer.name}".strip()


def _cell(label: str, content: str, *, kind: str = "") -> str:
    """A cell that says what it is where there is no room for a heading; `content` is HTML."""
    named = f' class="{kind}"' if kind else ""
    return f'<td data-label="{escape(label)}"{named}>{content}</td>' if content else "<td></td>"


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
        if order.total_inc_vat > 0:
            acts += " " + _form("/control/credit", "Credit", order_id)
    if order.paid_amount:
        acts += " " + _form("/control/take-back", "Take back", order_id)
    acts += " " + _form("/control/delete", "Delete", order_id)
    return (
        f'<tr>{_cell("Order", f"""{order.id} <span class="faint">{escape(order.status)}</span>""")}'
        + _cell("Reference", "<br>".join(escape(text) for text in (order.reference, order.internal_memo) if text))
        + _cell("Customer", escape(full_name(customer) if customer else "(deleted)"))
        + _cell("Rows", "<br>".join(escape(row.name) for row in order.rows))
        + _cell("Total", f"{order.total_inc_vat:f} {escape(order.currency_symbol)}", kind="number")
        + _cell("Invoice", str(order.invoice_id or ""))
        + _cell("Paid", _paid(order))
        + f"<td>{acts}</td></tr>"
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
        '<h2>Faults</h2><p class="faint">A fault strikes the next calls of an operation (* is any), as many times as '
        "you say. So you see what Kvitt makes of a lost answer, a broken connection or a refusal.</p>"
        + (f"<ul>{waiting}</ul>" if waiting else '<p class="faint">None waiting.</p>')
        + '<form method="post" action="/control/faults">'
        + f"<label>Operation {_select('operation', operations)}</label> "
        + f"<label>Kind {_select('kind', KINDS)}</label> "
        + '<label>Times <input name="times" value="1" size="3"></label> '
        + '<label>Item, from 0 (of several written at once) <input name="item" size="3"></label> '
        + "<button>Add</button></form> "
        + _form("/control/faults/clear", "Clear all", {})
        + "<details><summary>What each kind does</summary><dl>"
        + "".join(f"<dt>{escape(kind)}</dt><dd>{escape(meaning)}</dd>" for kind, meaning in MEANINGS.items())
        + "</dl></details>"
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
        f"<tr>{_cell('No', str(call.number))}{_cell('UTC', f'{call.time:%H:%M:%S}')}"
        f"{_cell('Call', escape(call.title))}{_cell('Account', escape(call.account))}"
        f"{_cell('Outcome', escape(call.outcome), kind='faint' if call.outcome == 'ok' else 'bad')}</tr>"
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
