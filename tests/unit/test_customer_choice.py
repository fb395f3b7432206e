import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customer import Address, Customer, CustomerKind, CustomerRecord
from core.customer_candidates import AmbiguousCustomer, CustomerCandidate, MatchedBy
from core.customer_choice import CustomerLink, customer_key, link_holds, matching_customer
from core.errors import Rejected
from core.identity import normal_email, normal_organization_number
from tests.unit.samples import NUMBER, OTHER_NUMBER, a_company, a_company_record, a_person, a_record

_EMAILS = ["kari@fjell.no", "okari@fjell.no", "KARI@FJELL.NO", "per@fjell.no"]
_NAMES = ["Kari Fjell", "Fjell AS", "Per Fjell"]
_NUMBERS = [None, NUMBER, "911 000 008", OTHER_NUMBER]


@st.composite
def candidate_lists(draw: st.DrawFn) -> list[CustomerRecord]:
    kinds = st.sampled_from(list(CustomerKind))
    return [
        CustomerRecord(
            id=str(index + 1),
            name=draw(st.sampled_from(_NAMES)),
            kind=draw(kinds),
            organization_number=draw(st.sampled_from(_NUMBERS)),
            emails=tuple(draw(st.lists(st.sampled_from(_EMAILS), max_size=2))),
        )
        for index in range(draw(st.integers(0, 6)))
    ]


customers = st.builds(
    Customer,
    name=st.sampled_from(_NAMES),
    email=st.sampled_from([None, "kari@fjell.no"]),
    organization_name=st.sampled_from([None, "Fjell AS"]),
    organization_number=st.sampled_from([None, NUMBER]),
)


def outcome(customer: Customer, candidates: list[CustomerRecord]) -> str | None:
    """The id that is picked, None, or the words of the refusal."""
    try:
        found = matching_customer(customer, candidates)
    except Rejected as refused:
        return refused.message
    return found.id if found else None


def picked(customer: Customer, candidates: list[CustomerRecord]) -> CustomerRecord | None:
    try:
        return matching_customer(customer, candidates)
    except Rejected:
        return None


@given(customers, candidate_lists(), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_never_matters(
    customer: Customer, candidates: list[CustomerRecord], rng: object
) -> None:
    shuffled = list(candidates)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert outcome(customer, shuffled) == outcome(customer, candidates)


@given(customers, candidate_lists())
def test_a_candidate_that_is_found_twice_counts_once(customer: Customer, candidates: list[CustomerRecord]) -> None:
    assert outcome(customer, [*candidates, *candidates]) == outcome(customer, candidates)


@given(customers, candidate_lists())
def test_who_is_picked_is_no_supplier_and_carries_the_number_or_the_email_and_no_other_number(
    customer: Customer, candidates: list[CustomerRecord]
) -> None:
    record = picked(customer, candidates)
    if record is None:
        return
    number = normal_organization_number(record.organization_number)
    assert record.kind is not CustomerKind.SUPPLIER
    assert not (customer.key_number and number and number != customer.key_number)
    same_number = customer.key_number is not None and number == customer.key_number
    same_email = customer.key_email is not None and customer.key_email in {normal_email(one) for one in record.emails}
    assert same_number or same_email


@given(customers, candidate_lists())
def test_a_record_with_the_number_is_never_passed_over_for_one_with_the_email(
    customer: Customer, candidates: list[CustomerRecord]
) -> None:
    record = picked(customer, candidates)
    carriers = [
        one
        for one in candidates
        if customer.key_number
        and normal_organization_number(one.organization_number) == customer.key_number
        and one.kind is not CustomerKind.SUPPLIER
    ]
    if record and carriers:
        assert record in carriers


@given(customers, candidate_lists())
def test_suppliers_among_the_candidates_change_nothing(customer: Customer, candidates: list[CustomerRecord]) -> None:
    without = [one for one in candidates if one.kind is not CustomerKind.SUPPLIER]
    assert outcome(customer, candidates) == outcome(customer, without)


def test_nobody_matches_among_none() -> None:
    assert matching_customer(a_person(), []) is None


def test_an_email_address_must_match_whole() -> None:
    customer = a_person(email="kari@fjell.no")
    assert matching_customer(customer, [a_record(emails=("okari@fjell.no",))]) is None
    assert matching_customer(customer, [a_record(emails=("kari@fjell.no.example",))]) is None
    assert outcome(customer, [a_record(emails=("x@y.no", " KARI@fjell.no"))]) == "501"


def test_a_number_matches_however_it_is_written() -> None:
    assert outcome(a_company(), [a_company_record(organization_number="NO911000008MVA", emails=())]) == "601"


def test_the_number_wins_over_the_email() -> None:
    by_number = a_company_record(id="9", emails=())
    by_email = a_record(id="1", emails=("arne@moe.example",))
    assert outcome(a_company(), [by_email, by_number]) == "9"


def test_without_a_carrier_of_the_number_the_email_decides() -> None:
    assert outcome(a_company(), [a_company_record(organization_number=None)]) == "601"


def test_another_organization_number_is_never_a_match() -> None:
    assert matching_customer(a_company(), [a_company_record(organization_number=OTHER_NUMBER)]) is None


def test_a_person_may_be_found_as_a_company_by_email() -> None:
    customer = a_person(email="arne@moe.example")
    assert outcome(customer, [a_company_record()]) == "601"


def test_a_supplier_is_never_the_customer() -> None:
    assert matching_customer(a_company(), [a_company_record(kind=CustomerKind.SUPPLIER)]) is None


def test_customers_come_before_leads_and_a_lead_is_better_than_nobody() -> None:
    lead = a_record(id="1", kind=CustomerKind.LEAD)
    assert outcome(a_person(), [lead, a_record(id="2")]) == "2"
    assert outcome(a_person(), [lead]) == "1"


def test_a_customer_with_the_number_comes_before_a_lead_that_has_the_email_too() -> None:
    lead = a_company_record(id="1", kind=CustomerKind.LEAD)
    assert outcome(a_company(), [lead, a_company_record(id="2", emails=())]) == "2"


def test_several_with_the_number_are_narrowed_by_email_and_then_by_name() -> None:
    plain = a_company_record(id="1", emails=(), name="Moe")
    with_email = a_company_record(id="2", name="Moe")
    named = a_company_record(id="3")
    assert outcome(a_company(), [plain, with_email]) == "2"
    assert outcome(a_company(), [plain, with_email, named]) == "3"


def test_several_with_the_email_are_narrowed_by_exact_name() -> None:
    other = a_record(id="1", name="Signe Hauglandsen")
    assert outcome(a_person(), [other, a_record(id="2", name="signe  HAUGLAND")]) == "2"


def test_when_several_are_left_nobody_is_picked_and_all_are_named() -> None:
    twins = [a_company_record(id="12"), a_company_record(id="7", organization_number="911 000 008")]
    with pytest.raises(Rejected) as refused:
        matching_customer(a_company(), twins)
    assert refused.value.code == "ambiguous_customer"
    assert "7 Moe Anlegg AS (911 000 008); 12 Moe Anlegg AS (911000008)" in refused.value.message
    assert "customer link" in refused.value.hint


def test_candidates_are_told_as_data_with_what_they_have_in_common_with_the_invoice() -> None:
    at_home, blank = Address(street="Prøveveien 3", city="Oslo"), Address(street="")
    twins = [
        a_company_record(id="12", name="Moe", addresses=(blank, at_home), emails=("x@moe.example", "x@moe.example")),
        a_company_record(id="7", name="Moe og Co", organization_number="911 000 008", addresses=(blank,), emails=()),
    ]
    with pytest.raises(AmbiguousCustomer) as refused:
        matching_customer(a_company(email="y@moe.example"), twins)
    number = MatchedBy.ORGANIZATION_NUMBER
    assert refused.value.candidates == (
        CustomerCandidate(id="7", name="Moe og Co", organization_number="911 000 008", matches=(number,)),
        CustomerCandidate(
            id="12",
            name="Moe",
            organization_number="911000008",
            emails=("x@moe.example",),
            address=at_home,
            matches=(number,),
        ),
    )


def test_persons_match_by_email_and_name() -> None:
    with pytest.raises(AmbiguousCustomer) as refused:
        matching_customer(a_person(), [a_record(id="1"), a_record(id="2")])
    assert [one.matches for one in refused.value.candidates] == [(MatchedBy.EMAIL, MatchedBy.NAME)] * 2


def test_a_link_is_kept_under_the_number_else_under_email_and_name() -> None:
    assert customer_key(a_company()) == customer_key(a_company(email="x@y.no", organization_number="NO911000008MVA"))
    assert customer_key(a_person()) == customer_key(a_person(email=" SIGNE@post.example", name="signe  haugland"))
    assert customer_key(a_person()) != customer_key(a_person(name="Per Haugland"))
    assert customer_key(a_person()) != customer_key(a_person(email="per@post.example"))
    assert customer_key(a_company()) != customer_key(a_company(organization_number=None))


def learned(customer: Customer) -> CustomerLink:
    return CustomerLink(key=customer_key(customer), customer_id="501")


@pytest.mark.parametrize(
    ("record", "holds"),
    [
        (a_company_record(), True),
        (a_company_record(organization_number="911 000 008", name="New name", emails=()), True),
        (a_company_record(organization_number=OTHER_NUMBER), False),
        (a_company_record(organization_number=None), False),
        (a_company_record(kind=CustomerKind.SUPPLIER), False),
    ],
)
def test_a_learned_link_of_a_company_holds_while_the_record_carries_the_number(
    record: CustomerRecord, holds: bool
) -> None:
    assert link_holds(learned(a_company()), a_company(), record) is holds


@pytest.mark.parametrize(
    ("record", "holds"),
    [
        (a_record(), True),
        (a_record(name="SIGNE haugland"), True),
        (a_record(name="Per Haugland"), False),
        (a_record(emails=("osigne@post.example",)), False),
        (a_record(emails=()), False),
        (a_record(kind=CustomerKind.BUSINESS, name="Haugland AS", organization_number=NUMBER), True),
        (a_record(kind=CustomerKind.SUPPLIER), False),
    ],
)
def test_a_learned_link_of_a_person_holds_while_the_record_carries_email_and_name(
    record: CustomerRecord, holds: bool
) -> None:
    assert link_holds(learned(a_person()), a_person(), record) is holds


def test_a_chosen_link_holds_whatever_the_record_says() -> None:
    chosen = learned(a_company()).model_copy(update={"chosen": True})
    assert link_holds(chosen, a_company(), a_company_record(organization_number=OTHER_NUMBER, emails=()))


def test_a_number_that_is_none_in_the_books_is_asked_about_where_name_and_email_agree() -> None:
    doubtful = a_company_record(organization_number="91100000")
    with pytest.raises(Rejected) as refused:
        matching_customer(a_company(), [doubtful])
    assert refused.value.code == "ambiguous_customer"
    assert "601 Moe Anlegg AS (91100000)" in refused.value.message
    for other in ({"name": "Moe Eiendom AS"}, {"emails": ()}):
        assert matching_customer(a_company(), [doubtful.model_copy(update=other)]) is None
    assert outcome(a_company(), [doubtful, a_company_record(id="9")]) == "9"


def test_a_record_is_found_by_each_address_in_each_of_its_fields() -> None:
    record = a_record(emails=("post@post.example; SIGNE@post.example", "faktura@post.example"))
    assert outcome(a_person(), [record]) == "501"
