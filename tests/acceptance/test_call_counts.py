"""How many calls to the vendor an invoice costs: calls are what is scarce. Counted in the sandbox's journal."""

import pytest

from entrypoints.container import make_container
from entrypoints.settings import Settings
from tests.acceptance.counted_calls import a_company, calls_to_send, operations
from tests.acceptance.gateway import Gateway
from tests.acceptance.office import COMPANY, LANDING_COMPANY, Office
from tests.acceptance.story import Story
from tests.acceptance.use_case_gateway import UseCaseGateway

LOGGING_IN = ["GetIdentitiesWithCredential", "Login", "GetIdentity"]
LOOKING_UP = ["GetProducts", "GetVatTypeList"]
NEW_PRODUCT = ["GetCategories", "SaveCategories", "SaveProducts"]
MOST_FOR_A_COMPANY, MOST_FOR_A_PERSON = 12, 11


@pytest.fixture
def story(gateway: Gateway, office: Office) -> Story:
    office.invite(LANDING_COMPANY, COMPANY)
    story = Story(gateway, office)
    story.connect()
    return story


def test_a_cold_first_send_for_a_new_company(story: Story) -> None:
    a_company(story)
    calls = calls_to_send(story)
    assert len(calls) <= MOST_FOR_A_COMPANY, calls
    assert calls == [
        *LOGGING_IN,
        *LOOKING_UP,
        "GetCompanies",  # by organization number
        "GetCompanies",  # by e-mail
        "SaveCompanies",
        *NEW_PRODUCT,
        "SaveInvoices",
    ]


def test_a_cold_first_send_for_a_new_private_customer(story: Story) -> None:
    calls = calls_to_send(story)
    assert len(calls) <= MOST_FOR_A_PERSON, calls
    assert calls == [*LOGGING_IN, *LOOKING_UP, "GetCompanies", "SaveCompanies", *NEW_PRODUCT, "SaveInvoices"]


@pytest.mark.parametrize("for_a_company", [True, False], ids=["company", "person"])
def test_a_second_send_for_the_same_unchanged_customer(story: Story, for_a_company: bool) -> None:
    if for_a_company:
        a_company(story)
    calls_to_send(story)
    story.invoice = story.invoice.another()
    assert calls_to_send(story) == ["GetCompanies", "SaveInvoices"]


def test_another_process_goes_on_where_the_first_left_off(story: Story, settings: Settings) -> None:
    """The session and what was looked up outlive the process."""
    calls_to_send(story)
    container = make_container(settings)
    try:
        later = Story(UseCaseGateway(container), story.office)
        later.invoice = story.invoice.another()
        assert calls_to_send(later) == ["GetCompanies", "SaveInvoices"]
    finally:
        container.storage().close()


def test_sending_again_asks_nobody(story: Story) -> None:
    calls_to_send(story)
    assert calls_to_send(story) == []


def test_check_status_asks_once(story: Story) -> None:
    calls_to_send(story)
    story.office.sandbox.journal.clear()
    story.check_status()
    assert story.refusal is None
    assert operations(story) == ["GetInvoices"]
