"""What each kind of record shows of itself over the API."""

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from sandbox.norwegian_time import text_of
from sandbox.tripletex.defaults import COUNTRIES, HOME, NORWAY
from sandbox.tripletex.fields import Field, Kind
from sandbox.tripletex.records import ZERO, Address

_AT_HOME = Address(id=1, country_id=NORWAY.id)
_COUNTRIES = {country.id: country for country in COUNTRIES}


def _plain(attribute: str) -> Field:
    """A value as it is; an empty text is answered as one."""
    return Field(lambda _books, record: getattr(record, attribute))


def _day(attribute: str) -> Field:
    return Field(lambda _books, record: None if (day := getattr(record, attribute)) is None else day.isoformat())


def _told(read: Callable[[Any], Any]) -> Field:
    return Field(lambda _books, record: read(record))


def _one(kind: str, read: Callable[[Any, Any], Any]) -> Field:
    return Field(read, lambda: KINDS[kind])


def _of(kind: str, table: str, attribute: str) -> Field:
    """A record of one of the books' tables, by its id."""
    return _one(kind, lambda books, record: getattr(books, table).get(getattr(record, attribute)))


def _many(kind: str, read: Callable[[Any, Any], Any]) -> Field:
    return Field(read, lambda: KINDS[kind], many=True)


def _vat_type(attribute: str) -> Field:
    def read(books: Any, record: Any) -> Any:
        return next((vat for vat in books.vat_types if vat.id == getattr(record, attribute)), None)

    return _one("VatType", read)


def _currency(attribute: str) -> Field:
    def read(books: Any, record: Any) -> Any:
        number = getattr(record, attribute)
        return None if number is None else books.currency(number)

    return _one("Currency", read)


def _changes(record: Any) -> list[dict[str, Any]]:
    """When it was created, and changed last; nothing is kept of who did it."""
    told = [_change("CREATE", record.created_at)]
    if record.changed_at != record.created_at:
        told.append(_change("UPDATE", record.changed_at))
    return told


def _change(kind: str, at: datetime) -> dict[str, Any]:
    return {"changeType": kind, "timestamp": text_of(at)}


_CHANGES = _many("Change", lambda _books, record: _changes(record))
_BASE: Mapping[str, Field] = {"id": _plain("id"), "version": _plain("version")}
_CONSTANT: Mapping[str, Field] = {"id": _plain("id"), "version": _told(lambda _record: 0)}
_ADDRESS: Mapping[str, Field] = {
    **_BASE,
    "addressLine1": _plain("address_line1"),
    "addressLine2": _plain("address_line2"),
    "postalCode": _plain("postal_code"),
    "city": _plain("city"),
    "country": _one("Country", lambda _books, address: _COUNTRIES.get(address.country_id)),
}

KINDS: Mapping[str, Kind] = {
    "Change": Kind("", {name: _told(itemgetter(name)) for name in ("changeType", "timestamp")}),
    "Country": Kind(
        "/country",
        {
            **_CONSTANT,
            "name": _plain("name"),
            "displayName": _plain("name"),
            "isoAlpha2Code": _plain("iso_alpha2_code"),
            "isoAlpha3Code": _plain("iso_alpha3_code"),
        },
    ),
    "Currency": Kind(
        "/currency",
        {
            **_CONSTANT,
            "code": _plain("code"),
            "description": _plain("description"),
            "displayName": _plain("code"),
            "factor": _plain("factor"),
            "isDisabled": _plain("is_disabled"),
        },
    ),
    "VatType": Kind(
        "/ledger/vatType",
        {
            **_CONSTANT,
            "name": _plain("name"),
            "number": _plain("number"),
            "displayName": _told(lambda vat: f"{vat.number} - {vat.name}"),
            "percentage": _plain("percentage"),
        },
    ),
    "Address": Kind("/address", _ADDRESS),
    "DeliveryAddress": Kind("/deliveryAddress", {**_ADDRESS, "name": _plain("name")}),
    "Customer": Kind(
        "/customer",
        {
            **_BASE,
            "changes": _CHANGES,
            "name": _plain("name"),
            "displayName": _plain("name"),
            "customerNumber": _plain("customer_number"),
            "organizationNumber": _plain("organization_number"),
            "isCustomer": _plain("is_customer"),
            "isSupplier": _plain("is_supplier"),
            "isInactive": _plain("is_inactive"),
            "isPrivateIndividual": _plain("is_private_individual"),
            "email": _plain("email"),
            "invoiceEmail": _plain("invoice_email"),
            "overdueNoticeEmail": _plain("overdue_notice_email"),
            "phoneNumber": _plain("phone_number"),
            "phoneNumberMobile": _plain("phone_number_mobile"),
            "description": _plain("description"),
            "website": _plain("website"),
            "language": _plain("language"),
            "invoiceSendMethod": _plain("invoice_send_method"),
            "invoicesDueIn": _plain("invoices_due_in"),
            "invoicesDueInType": _plain("invoices_due_in_type"),
            "currency": _currency("currency_id"),
            "postalAddress": _one("Address", lambda _books, customer: customer.postal_address),
            "physicalAddress": _one("Address", lambda _books, customer: customer.physical_address),
        },
    ),
    "Product": Kind(
        "/product",
        {
            **_BASE,
            "name": _plain("name"),
            "displayName": _plain("name"),
            "number": _plain("number"),
            "displayNumber": _plain("number"),
            "description": _plain("description"),
            "priceExcludingVatCurrency": _plain("price_excluding_vat"),
            "priceIncludingVatCurrency": _plain("price_including_vat"),
            "isInactive": _plain("is_inactive"),
            "vatType": _vat_type("vat_type_id"),
            "currency": _currency("currency_id"),
        },
    ),
    "ProductGroup": Kind(
        "/product/group",
        {
            **_BASE,
            "name": _plain("name"),
            "displayName": _plain("name"),
            "parentGroup": _of("ProductGroup", "product_groups", "parent_group_id"),
        },
    ),
    "ProductGroupRelation": Kind(
        "/product/groupRelation",
        {
            **_BASE,
            "product": _of("Product", "products", "product_id"),
            "productGroup": _of("ProductGroup", "product_groups", "product_group_id"),
        },
    ),
    "Department": Kind(
        "/department",
        {
            **_BASE,
            "name": _plain("name"),
            "displayName": _plain("name"),
            "departmentNumber": _plain("department_number"),
            "isInactive": _plain("is_inactive"),
        },
    ),
    "Project": Kind(
        "/project",
        {**_BASE, "name": _plain("name"), "number": _plain("number"), "isClosed": _plain("is_closed")},
    ),
    "OrderLine": Kind(
        "/order/orderline",
        {
            **_BASE,
            "product": _of("Product", "products", "product_id"),
            "description": _plain("description"),
            "count": _plain("count"),
            "unitPriceExcludingVatCurrency": _plain("unit_price_excluding_vat"),
            "unitPriceIncludingVatCurrency": _plain("unit_price_including_vat"),
            "discount": _plain("discount"),
            "vatType": _vat_type("vat_type_id"),
            "amountExcludingVatCurrency": _plain("amount_excluding_vat"),
            "amountIncludingVatCurrency": _plain("amount_including_vat"),
            "isCharged": _plain("is_charged"),
        },
    ),
    "Order": Kind(
        "/order",
        {
            **_BASE,
            "changes": _CHANGES,
            "customer": _one(
                "Customer",
                lambda books, order: books.customers.get(order.customer_id) or books.gone.get(order.customer_id),
            ),
            "number": _plain("number"),
            "displayName": _told(lambda order: f"Ordre {order.number}"),
            "reference": _plain("reference"),
            "orderDate": _day("order_date"),
            "deliveryDate": _day("delivery_date"),
            "deliveryComment": _plain("delivery_comment"),
            "deliveryAddress": _one("DeliveryAddress", lambda _books, order: order.delivery_address),
            "receiverEmail": _plain("receiver_email"),
            "invoiceComment": _plain("invoice_comment"),
            "currency": _currency("currency_id"),
            "invoicesDueIn": _plain("invoices_due_in"),
            "invoicesDueInType": _plain("invoices_due_in_type"),
            "isPrioritizeAmountsIncludingVat": _plain("prices_include_vat"),
            "isClosed": _plain("is_closed"),
            "isSubscription": _told(lambda _order: False),
            "department": _of("Department", "departments", "department_id"),
            "project": _of("Project", "projects", "project_id"),
            "orderLines": _many("OrderLine", lambda _books, order: order.lines),
            "preliminaryInvoice": _one(
                "Invoice", lambda books, order: books.invoice_to_be(order) if order.invoice_id is None else None
            ),
        },
    ),
    "CloseGroup": Kind("/ledger/closeGroup", {**_CONSTANT, "date": _day("date")}),
    "Posting": Kind(
        "/ledger/posting",
        {
            **_BASE,
            "date": _day("date"),
            "type": _plain("type"),
            "amount": _plain("amount"),
            "amountCurrency": _plain("amount_currency"),
            "closeGroup": _one("CloseGroup", lambda _books, posting: posting.close_group),
        },
    ),
    "Invoice": Kind(
        "/invoice",
        {
            **_BASE,
            "invoiceNumber": _plain("number"),
            "invoiceDate": _day("invoice_date"),
            "invoiceDueDate": _day("invoice_due_date"),
            "deliveryDate": _day("delivery_date"),
            "customer": _one(
                "Customer",
                lambda books, invoice: books.customers.get(invoice.customer_id) or books.gone.get(invoice.customer_id),
            ),
            "kid": _plain("kid"),
            "invoiceComment": _plain("comment"),
            "orders": _many("Order", lambda books, invoice: [books.orders[invoice.order_id]]),
            "orderLines": _many("OrderLine", lambda books, invoice: books.orders[invoice.order_id].lines),
            "currency": _currency("currency_id"),
            "amount": _plain("amount"),
            "amountCurrency": _plain("amount_currency"),
            "amountExcludingVat": _plain("amount_excluding_vat"),
            "amountExcludingVatCurrency": _plain("amount_excluding_vat_currency"),
            "amountRoundoffCurrency": _told(lambda _invoice: ZERO),
            "amountOutstanding": _plain("outstanding_at_home"),
            "amountCurrencyOutstanding": _plain("outstanding"),
            "isCharged": _plain("is_charged"),
            "isCredited": _plain("is_credited"),
            "isCreditNote": _plain("is_credit_note"),
            "creditedInvoice": _plain("credited_invoice_id"),
            "postings": _many("Posting", lambda _books, invoice: invoice.postings),
        },
    ),
    "Company": Kind(
        "/company",
        {
            **_CONSTANT,
            "name": _plain("name"),
            "displayName": _plain("name"),
            "organizationNumber": _plain("organization_number"),
            "currency": _one("Currency", lambda _books, _company: HOME),
            "address": _one("Address", lambda _books, _company: _AT_HOME),
        },
    ),
    "LoggedInUserInfo": Kind(
        "",
        {
            "employeeId": _told(lambda visit: visit.login.employee_id),
            "actualEmployeeId": _told(lambda visit: visit.login.employee_id),
            "companyId": _told(lambda visit: visit.company.id),
            "company": _one("Company", lambda _books, visit: visit.company),
            "language": _told(lambda _visit: "no"),
            "employeeIsProxy": _told(lambda visit: visit.company is not visit.login.own),
        },
    ),
    "SessionToken": Kind(
        "/token/session",
        {**_CONSTANT, "expirationDate": _day("expires"), "token": _plain("token")},
    ),
}
