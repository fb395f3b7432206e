import pytest

from core.errors import InvalidInput
from core.notice_address import addresses_in, fault_of, require_allowed, require_usable, service_of, services_of

TEAMS = (
    "https://prod-161.westeurope.logic.azure.com:443/workflows/643e69f83c8944438d68119179a10a64/triggers/manual/paths/"
    "invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu"
)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.mark.parametrize(
    ("address", "service"),
    [
        (SLACK, "Slack"),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "Slack"),
        (TEAMS, "Microsoft Teams"),
        ("workflows://prod-1.westeurope.logic.azure.com/id/signature", "Microsoft Teams"),
        ("mailtos://ola:hunter2@smtp.fjell.no?to=kari@fjell.no&from=kvitt@fjell.no", "e-mail"),
        ("mailto://ola:hunter2@gmail.com", "e-mail"),
        ("mailtos://ola:hunter2@fjell.no:587/kari@fjell.no?smtp=mail.fjell.no", "e-mail"),
        ("tgram://123456789:abcdefg_hijklmnop/1234", "Telegram"),
        ("opsgenie://apikey?region=eu", "Opsgenie"),
    ],
)
def test_a_business_may_name_services_with_hosts_of_their_own_and_public_mail_servers(
    address: str, service: str
) -> None:
    assert fault_of(address) == ""
    assert service_of(address) == service


@pytest.mark.parametrize(
    "address",
    [
        "json://example.com/hook",
        "jsons://10.0.0.1",
        "xml://example.com",
        "form://example.com",
        "file:///etc/passwd",
        "syslog://",
        "rsyslog://example.com",
        "dbus://",
        "mqtt://example.com/topic",
        "windows://",
        "apprises://example.com/token",
        "ntfys://example.com/topic",
        "matrixs://example.com",
        "https://example.com/hook",
        "http://hooks.slack.com/services/T/B/x",
    ],
)
def test_no_other_service_is_for_businesses(address: str) -> None:
    assert "not for businesses" in fault_of(address)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("mailtos://ola:x@127.0.0.1", "public"),
        ("mailtos://ola:x@localhost", "public"),
        ("mailtos://ola:x@[::1]", "public"),
        ("mailtos://ola:x@2130706433", "public"),
        ("mailtos://ola:x@mail", "public"),
        ("mailtos://ola:x@mail.internal", "public"),
        ("mailtos://ola:x@fjell.no?smtp=10.0.0.1", "public"),
        ("mailtos://ola:x@fjell.no?smtp=mail.fjell.no&smtp=10.0.0.1", "public"),
        ("mailtos://ola:x@fjell.no?SMTP=10.0.0.1", "public"),
        ("mailtos://ola:x@fjell.no?%73mtp=10.0.0.1", "public"),
        ("mailtos://ola:x@fjell.no:22", "port"),
        ("mailtos://ola:x@fjell.no:99999", "can't be read"),
        ("mailtos://ola:x@fjell.no?pgppub=/etc/passwd", "parameter"),
        ("mailtos://ola:x@fjell.no?verify=no", "parameter"),
        ("mailtos://ola:x@fjell.no?+X-Header=a", "parameter"),
        (f"{SLACK}?verify=no", "parameter"),
        (f"{SLACK}?template=/etc/passwd", "parameter"),
        (f"{SLACK}?%74emplate=/etc/passwd", "parameter"),
        (f"{SLACK};template=x?a;template=y", "parameter"),
        (f"{SLACK}#fragment", "parameter"),
        ("workflows://example.com/id/signature", "Microsoft"),
        ("workflows://evil-logic.azure.com.example.com/id/signature", "Microsoft"),
        ("workflows://logic.azure.com@example.com/id/signature", "Microsoft"),
        ("https://hooks.slack.com:8080/services/T/B/x", "port"),
        ("slack", "not an address"),
        ("slack://a b", "not an address"),
        ("slack://a\nb", "not an address"),
        ("slack://å", "not an address"),
        ("", "not an address"),
        ("slack://", "nobody"),
        (f"slack://{'a' * 2000}", "longer"),
    ],
)
def test_what_reaches_elsewhere_is_refused(address: str, fault: str) -> None:
    assert fault in fault_of(address)


def test_a_refusal_names_places_and_nothing_of_what_is_there() -> None:
    with pytest.raises(InvalidInput) as refusal:
        require_allowed([SLACK, "json://hunter2.example.com", "mailtos://ola:hunter2@10.0.0.1"], {})

    assert [fault.field for fault in refusal.value.faults] == ["notify[1]", "notify[2]"]
    assert "hunter2" not in f"{refusal.value.message}{refusal.value.faults}"


def test_ten_addresses_are_enough() -> None:
    require_allowed([SLACK] * 10, {})
    with pytest.raises(InvalidInput, match="more than 10"):
        require_allowed([SLACK] * 11, {})


def test_a_service_that_is_not_known_is_another() -> None:
    assert services_of(["hunter2", "hunter2://x", "ntfy://topic", SLACK]) == [
        "another service",
        "another service",
        "ntfy",
        "Slack",
    ]


def test_addresses_have_white_space_between_them() -> None:
    assert addresses_in(f" {SLACK}\n\tmailto://x@y.no?to=a,b ") == (SLACK, "mailto://x@y.no?to=a,b")


def test_what_is_wrong_with_the_operators_addresses_is_told_by_place_and_service() -> None:
    require_usable([SLACK, "mailto://a"], lambda _address: "")
    with pytest.raises(InvalidInput) as refusal:
        require_usable([SLACK, "mailto://hunter2"], lambda address: "" if address == SLACK else "names nobody")
    assert refusal.value.code == "bad_settings"
    assert "KVITT_NOTIFY" in refusal.value.message
    assert "Address 2 of 2, of e-mail, names nobody." in refusal.value.message
    assert "hunter2" not in refusal.value.message
