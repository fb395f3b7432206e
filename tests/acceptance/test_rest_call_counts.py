"""How many calls an invoice costs over REST: an order takes one for itself, one for each row, and one to finish it."""

import pytest

from entrypoints.container import make_container
from entrypoints.settings import Settings
from tests.acceptance.counted_calls import calls_to_check, calls_to_send
from tests.acceptance.gateway import Gateway
from tests.acceptance.office import COMPANY, LANDING_COMPANY, Office
from tests.acceptance.steps.builders import a_row
from tests.acceptance.story import Story
from tests.acceptance.use_case_gateway import UseCaseGateway
from tests.systems import Rest, System

ROWS = 3
ORDER = ["POST /salesorders", *["POST /salesorders/{id}/lines"] * ROWS, "PATCH /salesorders/{id}"]
LOGGING_IN = ["POST /oauth/token", "GET /organization/information"]
NEW_PRODUCT = ["GET /productcategories", "POST /productcategories", "POST /products"]
MOST_WARM, MOST_FOR_A_STATUS = 6, 2


@pytest.fixture
def system() -> System:
    return Rest()


@pytest.fixture
def story(gateway: Gateway, office: Office) -> Story:
    office.invite(LANDING_COMPANY, COMPANY)
    story = Story(gateway, office)
    story.connect()
    story.invoice.rows = [a_row() for _ in range(ROWS)]
    return story


def test_a_cold_first_send(story: Story) -> None:
    looking_up = ["GET /products", "GET /taxes", "GET /customers"]
    assert calls_to_send(story) == [*LOGGING_IN, *looking_up, "POST /customers", *NEW_PRODUCT, *ORDER]


def test_a_warm_send_of_three_rows(story: Story) -> None:
    calls_to_send(story)
    story.invoice = story.invoice.another()
    calls = calls_to_send(story)
    assert calls == ["GET /customers/{customerId}", *ORDER]
    assert len(calls) <= MOST_WARM


def test_another_process_goes_on_where_the_first_left_off(story: Story, settings: Settings) -> None:
    """The token, the customer directory and what was looked up outlive the process."""
    calls_to_send(story)
    container = make_container(settings)
    try:
        later = Story(UseCaseGateway(container), story.office)
        later.invoice = story.invoice.another()
        assert calls_to_send(later) == ["GET /customers/{customerId}", *ORDER]
    finally:
        container.storage().close()


def test_a_new_customer_costs_a_look_at_what_has_changed(story: Story) -> None:
    calls_to_send(story)
    story.invoice = story.invoice.another()
    story.invoice.customer.update(name="Ola Nordmann", email="ola@fjell.no")
    assert calls_to_send(story) == ["GET /customers", "POST /customers", *ORDER]


def test_the_status_of_an_order(story: Story) -> None:
    calls_to_send(story)
    assert calls_to_check(story) == ["GET /salesorders/{id}"]
    story.office.books.publish(story.office.only_order.id)
    calls = calls_to_check(story)
    assert calls == ["GET /salesorders/{id}", "GET /transactionlines"]
    assert len(calls) <= MOST_FOR_A_STATUS


def test_sending_again_asks_nobody(story: Story) -> None:
    calls_to_send(story)
    assert calls_to_send(story) == []
