"""The CustomerRepo port."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from kvitt import (
    Address,
    Clock,
    Customer,
    CustomerChanges,
    CustomerEntry,
    CustomerKind,
    CustomerRecord,
    CustomerUpdate,
    KvittError,
    Rejected,
    Unreadable,
    emails_in,
    normal_email,
    search_number,
)
from kvitt_csv_ledger.errors import translated
from kvitt_csv_ledger.folder import Folder, Row

_ADDRESS = ("street", "postal_code", "city", "country")


class LedgerCustomers:
    """Customers are rows of customers.csv, and found by reading them all."""

    can_search = True

    def __init__(self, folder: Folder, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def find_by_email(self, email: str) -> list[CustomerRecord | Unreadable]:
        """Return those that carry this e-mail address."""
        return [_read(row) for row in self._rows() if normal_email(email) in emails_in([row["email"]])]

    def find_by_organization_number(self, number: str) -> list[CustomerRecord | Unreadable]:
        """Return those that carry this organization number, however it is written."""
        return [_read(row) for row in self._rows() if number in (search_number(row["organization_number"]) or "")]

    def read(self, customer_ids: Sequence[str]) -> dict[str, CustomerRecord | Unreadable]:
        """Return those that are there."""
        return {row["id"]: _read(row) for row in self._rows() if row["id"] in customer_ids}

    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry]]:
        """Yield all customers, or those changed since then, as one page."""
        yield [
            CustomerEntry(
                id=row["id"],
                organization_number=row["organization_number"] or None,
                emails=(row["email"],) if row["email"] else (),
            )
            for row in self._rows()
            if changed_since is None or datetime.fromisoformat(row["changed_at"]) >= changed_since
        ]

    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers, all with one change of the file."""

        def add(rows: list[Row]) -> list[str | KvittError]:
            ids: list[str | KvittError] = []
            for customer in customers:
                row = self._new_row(customer)
                rows.append(row)
                ids.append(row["id"])
            return ids

        with translated():
            return self._folder.change("customers", add)

    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write what has changed, all with one change of the file."""

        def write(rows: list[Row]) -> list[KvittError | None]:
            by_id = {row["id"]: row for row in rows}
            return [self._written(by_id.get(update.record.id), update.changes) for update in updates]

        with translated():
            return self._folder.change("customers", write)

    def _rows(self) -> list[Row]:
        with translated():
            return self._folder.rows("customers")

    def _new_row(self, customer: Customer) -> Row:
        return {
            "id": str(uuid4()),
            "kind": customer.kind.value,
            "name": customer.booked_name,
            "organization_number": customer.written_number or "",
            "email": customer.email or "",
            "phone": customer.phone or "",
            **_columns(customer.address or Address()),
            "changed_at": self._clock.now().isoformat(),
        }

    def _written(self, row: Row | None, changes: CustomerChanges) -> KvittError | None:
        if row is None:
            return Rejected("The customer is not in the ledger any more.", code="unknown_customer")
        for field in ("name", "organization_number", "email", "phone"):
            row[field] = getattr(changes, field) or row[field]
        if changes.kind:
            row["kind"] = changes.kind.value
        if changes.addresses:
            row.update(_columns(changes.addresses[0]))
        row["changed_at"] = self._clock.now().isoformat()
        return None


def _read(row: Row) -> CustomerRecord | Unreadable:
    """Somebody may have written anything into the file: a row that can't be read is there all the same."""
    try:
        return _record(row)
    except ValueError:
        return Unreadable(
            id=row["id"],
            name=row["name"] or None,
            organization_number=row["organization_number"] or None,
            emails=(row["email"],) if row["email"] else (),
            reason="it is of a kind that the ledger does not have",
        )


def _record(row: Row) -> CustomerRecord:
    return CustomerRecord(
        id=row["id"],
        name=row["name"],
        kind=CustomerKind(row["kind"]),
        organization_number=row["organization_number"] or None,
        emails=(row["email"],) if row["email"] else (),
        contact_email=row["email"] or None,
        phones=(row["phone"],) if row["phone"] else (),
        addresses=(Address.model_validate({part: row[part] or None for part in _ADDRESS}),),
    )


def _columns(address: Address) -> Row:
    """The ledger has one line for a street."""
    return {**{part: getattr(address, part) or "" for part in _ADDRESS}, "street": address.whole_street or ""}
