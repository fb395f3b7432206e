"""Customers at Tripletex.

Those that are inactive are listed by a call of their own. None of them takes orders, so each is told of as one that
can't be read, unless an active one has taken its place.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from typing_extensions import override

from adapters.http_api.found_records import carrying_email, carrying_number
from adapters.http_api.json_values import Broken, Item, id_in, instant_out
from adapters.http_api.values import text_in
from adapters.tripletex.answers import VersionConflict
from adapters.tripletex.customer_mapping import (
    ENTRY_FIELDS,
    RECORD_FIELDS,
    changed_customer,
    countries_in,
    customer_entry,
    customer_record,
    has_taken_the_place_of,
    inactive_customer,
    new_customer,
    says_the_same,
    unreadable_customer,
)
from adapters.tripletex.operations import (
    CHANGE_CUSTOMER,
    CHANGE_CUSTOMERS,
    CREATE_CUSTOMER,
    CREATE_CUSTOMERS,
    GET_CUSTOMERS,
)
from adapters.tripletex.places import KnownIds
from adapters.tripletex.session import BusinessSession
from adapters.tripletex.values import known_number, listed, numbers_of, pieces, value_in, values_in
from core.customer import Customer, CustomerEntry, CustomerRecord
from core.errors import AccessRefused, KvittError, OutcomeUnknown, Rejected, TryAgain
from core.identity import canonical, normal_email, search_number
from core.ports.accounting import CustomerRepo, CustomerUpdate
from core.ports.clock import Clock
from core.unreadable import Unreadable, readable, unreadable

Result = TypeVar("Result")

_LATELY = timedelta(days=1)
"""So far back is looked for what was just written: clocks differ."""

_TELLING = {"name": canonical, "organizationNumber": search_number, "email": normal_email}
"""What tells who a customer is, in whatever spelling it comes back."""

_ASKED_FIELDS = ",".join(("id", *_TELLING))
_MOST_DECISIONS = 3
"""So often a change is decided again for one write: whoever writes there at the same time is waited for longer."""


class TripletexCustomerRepo(CustomerRepo):
    """The CustomerRepo port.

    The API's filters are equalities: they find no number that was typed with spaces, and no address that shares its
    field with another. So customers are found in the directory.
    """

    can_search = False

    def __init__(self, session: BusinessSession, known: KnownIds, clock: Clock) -> None:
        self._session = session
        self._known = known
        self._clock = clock

    @override
    def find_by_email(self, email: str) -> list[CustomerRecord | Unreadable]:
        """Search by e-mail. It takes reading all customers: one call for a thousand."""
        return carrying_email(self._read_all(), email)

    @override
    def find_by_organization_number(self, number: str) -> list[CustomerRecord | Unreadable]:
        """Search by organization number, however it is spaced. It takes reading all customers."""
        return carrying_number(self._read_all(), number)

    @override
    def read(self, customer_ids: Sequence[str]) -> dict[str, CustomerRecord | Unreadable]:
        """Read these records with one call, and those that are not among the active ones with another."""
        numbers, records = numbers_of(customer_ids), list[CustomerRecord | Unreadable]()
        for ids in pieces(numbers):
            found = [_record(item) for item in self._listing(ids, is_inactive=False)]
            there = {record.id for record in found if record}
            missing = [number for number in ids if str(number) not in there]
            inactive = [inactive_customer(item) for item in self._listing(missing, is_inactive=True)]
            records += [*(record for record in found if record), *inactive]
        wanted = set(customer_ids)
        return {record.id: record for record in _in_use(records) if record.id and record.id in wanted}

    @override
    def entries(self, *, changed_since: datetime | None = None) -> Iterator[Sequence[CustomerEntry | Unreadable]]:
        """Read what customers are searched by: one call for a thousand that are active, then those that are not."""
        since = instant_out(changed_since) if changed_since else None
        for is_inactive in (False, True):
            query = {"isInactive": _flag(is_inactive), "changedSince": since, "fields": ENTRY_FIELDS}
            for page in self._session.pages(GET_CUSTOMERS, query):
                if entries := [entry for item in page if (entry := _mapped(item, customer_entry))]:
                    yield entries

    @override
    def create(self, customers: Sequence[Customer]) -> list[str | KvittError]:
        """Create customers with one call: all of them, or none; where it is refused, it is seen whether it was none."""
        countries = self._known.countries(countries_in(*(customer.address for customer in customers)))
        asked = [new_customer(customer, countries=countries) for customer in customers]
        if len(asked) == 1:
            answer = value_in(self._session.call(CREATE_CUSTOMER, body=asked[0]), CREATE_CUSTOMER)
            return [str(id_in(answer["id"]))]
        try:
            answered = values_in(self._session.call(CREATE_CUSTOMERS, body=asked), CREATE_CUSTOMERS)
        except (Rejected, VersionConflict) as refusal:
            return self._despite(refusal, customers, asked)
        if len(answered) != len(asked):
            return [_unclear(CREATE_CUSTOMERS.where)] * len(asked)
        return [_created(there, wanted) for wanted, there in zip(asked, answered, strict=True)]

    def _despite(
        self, refusal: Rejected | VersionConflict, customers: Sequence[Customer], asked: Sequence[Item]
    ) -> list[str | KvittError]:
        """See who is there of a list that was refused, and write the others one by one, as for orders.

        Who has neither a number nor an address may be a namesake: of that one it can't be told.
        Errors: the refusal, when nobody is there; OutcomeUnknown, when that can't be told.
        """
        since = instant_out(self._clock.now() - _LATELY)
        try:
            pages = self._session.pages(GET_CUSTOMERS, {"changedSince": since, "fields": _ASKED_FIELDS})
            lately = [item for page in pages for item in page]
        except (AccessRefused, Rejected, TryAgain) as trouble:
            raise OutcomeUnknown(trouble.message, code=trouble.code) from trouble
        there = [[item for item in lately if not isinstance(item, Broken) and _is_just_the(item, one)] for one in asked]
        if not any(there):
            raise refusal
        return [
            _only(found, wanted) if found else self._alone(customer)
            for customer, wanted, found in zip(customers, asked, there, strict=True)
        ]

    def _alone(self, customer: Customer) -> str | KvittError:
        try:
            (answer,) = self.create([customer])
        except (AccessRefused, OutcomeUnknown, Rejected, TryAgain) as trouble:
            return trouble
        return answer

    @override
    def update(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """Write the changes with one call; what was changed there meanwhile is decided again."""
        if len(updates) == 1:
            self._update_one(updates[0])
            return [None]
        return self._update_together(updates)

    def _update_one(self, update: CustomerUpdate) -> None:
        for _ in range(_MOST_DECISIONS):
            asked = self._change(update)
            try:
                number = known_number(update.record.id, "customer", CHANGE_CUSTOMER.where)
                value_in(self._session.call(CHANGE_CUSTOMER, body=asked, number=number), CHANGE_CUSTOMER, asked=number)
            except VersionConflict:
                update = self._decided_again(update)
            else:
                return
        raise _changed_meanwhile()

    def _update_together(self, updates: Sequence[CustomerUpdate]) -> list[KvittError | None]:
        """All of them or none: where one was changed there meanwhile, it is left out, and the others are written."""
        left, outcomes = dict(enumerate(updates)), dict[int, KvittError | None]()
        for _ in range(_MOST_DECISIONS):
            try:
                answered = values_in(
                    self._session.call(CHANGE_CUSTOMERS, body=[self._change(update) for update in left.values()]),
                    CHANGE_CUSTOMERS,
                )
            except VersionConflict:
                left = self._without_changed(left, outcomes)
            else:
                done = {id_in(item.get("id")) for item in answered}
                for place, update in left.items():
                    outcomes[place] = None if update.record.id in done else _unclear(CHANGE_CUSTOMERS.where)
                left = {}
            if not left:
                break
        outcomes |= dict.fromkeys(left, _changed_meanwhile())
        return [outcomes[place] for place in range(len(updates))]

    def _without_changed(
        self, left: dict[int, CustomerUpdate], outcomes: dict[int, KvittError | None]
    ) -> dict[int, CustomerUpdate]:
        now = self.read([update.record.id for update in left.values()])
        going_on = {}
        for place, update in left.items():
            record = now.get(update.record.id)
            if isinstance(record, CustomerRecord) and says_the_same(record, update.record):
                going_on[place] = CustomerUpdate(record, update.changes)
            else:
                outcomes[place] = _changed_meanwhile()
        return going_on

    def _decided_again(self, update: CustomerUpdate) -> CustomerUpdate:
        """Read the record again: as long as it says what was decided on, the decision stands.

        Errors: TryAgain, code `version_conflict`, where it says something else: what it needs is decided anew.
        """
        outcomes = dict[int, KvittError | None]()
        left = self._without_changed({0: update}, outcomes)
        if 0 not in left:
            raise _changed_meanwhile()
        return left[0]

    def _change(self, update: CustomerUpdate) -> dict[str, Any]:
        countries = self._known.countries(countries_in(*(update.changes.addresses or ())))
        return changed_customer(update.record, update.changes, countries=countries)

    def _listing(self, numbers: Sequence[int], *, is_inactive: bool) -> list[Item]:
        """Read these records; no call where there are none."""
        if not numbers:
            return []
        query = {"id": listed(numbers), "isInactive": _flag(is_inactive), "fields": RECORD_FIELDS}
        return [item for page in self._session.pages(GET_CUSTOMERS, query) for item in page]

    def _read_all(self) -> Sequence[CustomerRecord | Unreadable]:
        found = list[CustomerRecord | Unreadable]()
        for is_inactive, read in ((False, _record), (True, inactive_customer)):
            query = {"isInactive": _flag(is_inactive), "fields": RECORD_FIELDS}
            for page in self._session.pages(GET_CUSTOMERS, query):
                found += filter(None, map(read, page))
        return _in_use(found)


def _record(item: Item) -> CustomerRecord | Unreadable | None:
    if item.get("isInactive") is True:
        return inactive_customer(item)
    return _mapped(item, customer_record)


def _mapped(item: Item, read: Callable[[Item], Result | None]) -> Result | Unreadable | None:
    return unreadable_customer(item) if isinstance(item, Broken) else read(item)


def _in_use(records: Iterable[CustomerRecord | Unreadable]) -> Sequence[CustomerRecord | Unreadable]:
    """Leave out the inactive ones in whose place there is an active one."""
    found = list(records)
    active = readable(found)
    replaced = [one for one in unreadable(found) if any(has_taken_the_place_of(record, one) for record in active)]
    return [record for record in found if record not in replaced]


def _created(there: Item, wanted: Item) -> str | KvittError:
    customer_id = id_in(there.get("id"))
    return customer_id if customer_id and _is_the(there, wanted) else _unclear(CREATE_CUSTOMERS.where)


def _is_the(there: Item, wanted: Item) -> bool:
    """Whether what was created is what was asked for, as far as it tells."""
    return _is_just_the({**wanted, **there}, wanted)


def _is_just_the(there: Item, wanted: Item) -> bool:
    """Whether what is there is what was asked for."""
    return all(
        form(text_in(there.get(name)) or "") == form(text_in(wanted.get(name)) or "") for name, form in _TELLING.items()
    )


def _only(found: Sequence[Item], wanted: Item) -> str | KvittError:
    customer_id = id_in(found[0].get("id"))
    if len(found) == 1 and customer_id and (wanted.get("email") or wanted.get("organizationNumber")):
        return customer_id
    return _unclear(CREATE_CUSTOMERS.where)


def _unclear(where: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"{where}: the answer does not tell what became of it.", code="broken_answer")


def _changed_meanwhile() -> TryAgain:
    return TryAgain(
        f"{CHANGE_CUSTOMER.where}: the customer was changed there meanwhile; Kvitt decides again.",
        code="version_conflict",
    )


def _flag(value: bool) -> str:
    return "true" if value else "false"
