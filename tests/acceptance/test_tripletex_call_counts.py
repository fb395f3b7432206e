"""How many calls an invoice costs at Tripletex: an order is one call with all of its rows. Counted in the journal."""

import pytest

from entrypoints.container import make_container
from entrypoints.settings import Settings
from tests.acceptance.counted_calls import a_company, calls_to_check, calls_to_send, operations
from tests.acceptance.gateway import Gateway
from tests.acceptance.office import COMPANY, LANDING_COMPANY, Office
from tests.acceptance.steps.builders import a_row
from tests.acceptance.story import Story
from tests.acceptance.use_case_gateway import UseCaseGateway
from tests.systems import TRIPLETEX, System

ROWS = 3
LOGGING_IN = ["PUT /token/session/:create", "GET /token/session/>whoAmI"]
LOOKING_UP = ["GET /product", "GET /ledger/vatType", "GET /customer", "GET /customer"]  # active ones, and others
NEW_PRODUCT = ["GET /product/group", "POST /product/group", "POST /product", "POST /product/groupRelation"]
MOST_COLD, MOST_WARM, MOST_FOR_A_STATUS = 12, 2, 2


@pytest.fixture
def system() -> System:
    return TRIPLETEX


@pytest.fixture
def story(gateway: Gateway, office: Office) -> Story:
    office.invite(COMPANY)
    story = Story(gateway, office)
    story.connect()
    story.invoice.rows = [a_row() for _ in range(ROWS)]
    return story


def test_a_cold_first_send_for_a_new_company(story: Story) -> None:
    """With a category and a product yet to be made: all that there can be to do in the company of the token."""
    a_company(story)
    calls = calls_to_send(story)
    assert calls == [*LOGGING_IN, *LOOKING_UP, "POST /customer", *NEW_PRODUCT, "POST /order"]
    assert len(calls) <= MOST_COLD


def test_an_accountants_client_is_looked_up_once(gateway: Gateway, office: Office) -> None:
    office.invite(LANDING_COMPANY, COMPANY)
    story = Story(gateway, office)
    story.connect()
    assert calls_to_send(story)[: len(LOGGING_IN) + 1] == [*LOGGING_IN, "GET /company/>withLoginAccess"]
    story.invoice = story.invoice.another()
    assert calls_to_send(story) == ["GET /customer", "POST /order"]


def test_countries_are_asked_for_once(story: Story) -> None:
    a_company(story)
    story.invoice.customer.update(organization_number="556012-5790", address={"country": "SE"})
    assert calls_to_send(story).count("GET /country") == 1
    story.invoice = story.invoice.another()
    story.invoice.customer.update(organization_number="911 000 008", email="post@dal.no", address={"country": "NO"})
    assert "GET /country" not in calls_to_send(story)


def test_a_warm_send_of_three_rows(story: Story) -> None:
    calls_to_send(story)
    story.invoice = story.invoice.another()
    calls = calls_to_send(story)
    assert calls == ["GET /customer", "POST /order"]
    assert len(calls) <= MOST_WARM


def test_another_process_goes_on_where_the_first_left_off(story: Story, settings: Settings) -> None:
    """The session, the customer directory and what was looked up outlive the process."""
    calls_to_send(story)
    container = make_container(settings)
    try:
        later = Story(UseCaseGateway(container), story.office)
        later.invoice = story.invoice.another()
        assert calls_to_send(later) == ["GET /customer", "POST /order"]
    finally:
        container.storage().close()


def test_the_status_of_an_order(story: Story) -> None:
    calls_to_send(story)
    assert calls_to_check(story) == TRIPLETEX.one_status
    story.office.books.publish(story.office.only_order.id)
    assert len(calls_to_check(story)) <= MOST_FOR_A_STATUS


def test_sending_again_asks_nobody(story: Story) -> None:
    calls_to_send(story)
    assert calls_to_send(story) == []


def test_nothing_publishes(story: Story) -> None:
    calls_to_send(story)
    story.check_status()
    called = operations(story)
    assert [one for one in called if one.endswith(":invoice") or one == "POST /invoice"] == []
