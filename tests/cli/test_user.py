"""Users of the console on the command line, and the way in for whoever is at the machine."""

import os
import pwd
import re
import webbrowser
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import NotAuthenticated
from core.rights import Role
from core.user import Grant
from entrypoints.container import Container, make_container
from entrypoints.http.server import answering
from entrypoints.settings import Settings
from tests.cli.conftest import Kvitt
from tests.terminals import at_terminal

PASSWORD = "hest sykkel måne"
ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def container(kvitt: Kvitt, tmp_path: Path) -> Iterator[Container]:
    """The installation that the commands work on."""
    container = make_container(Settings(home=tmp_path / "home"))
    with closing(container.storage()):
        yield container


def token_in(text: str) -> str:
    found = re.search(r"/sign-in/link\?token=([A-Za-z0-9_-]{43})\b", text)
    assert found, text
    return found[1]


def test_a_user_is_added_changed_and_listed(fjell: Kvitt) -> None:
    added = fjell("user", "add", "kari", "--business", "fjell", "--role", "read", "--json")
    assert (added.code, added.json["grants"]) == (0, [{"business": "fjell", "role": "read"}])
    everything = fjell("user", "grant", "kari", "--administrator", "--json").json
    assert everything["grants"] == [{"business": None, "role": "send"}, {"business": "fjell", "role": "read"}]
    assert fjell("user", "grant", "kari", "--business", "fjell", "--json").json["grants"][1]["role"] == "send"
    assert fjell("user", "set", "kari", "--email", "Kari@Fjell.example", "--json").json["email"] == "kari@fjell.example"
    assert fjell("user", "set", "kari", "--email", "", "--json").json["email"] is None
    left = fjell("user", "revoke", "kari", "--administrator", "--json").json
    assert left["grants"] == [{"business": "fjell", "role": "send"}]
    assert fjell("user", "list", "--json").json == [left]


def test_users_are_told_to_a_person(fjell: Kvitt) -> None:
    assert "no users yet" in fjell("user", "list").err
    assert fjell("user", "add", "kari", "--business", "fjell").err.startswith("Roles: fjell: send\n")
    header, line = fjell("user", "list").out.splitlines()
    assert header.split("\t") == ["Name", "Roles", "Password", "E-mail", "Added", "Disabled"]
    assert line.split("\t")[:4] == ["kari", "fjell: send", "no", ""]


@pytest.mark.parametrize(
    "arguments",
    [
        ("grant", "kari"),
        ("grant", "kari", "--administrator", "--business", "fjell"),
        ("add", "kari", "--administrator", "--role", "write"),
        ("revoke", "kari"),
        ("link", "kari", "--url", "kvitt.example"),
        ("link", "kari", "--url", "javascript:alert(1)"),
    ],
)
def test_what_is_said_halfway_is_wrong_usage(fjell: Kvitt, arguments: tuple[str, ...]) -> None:
    assert fjell("user", *arguments).code == 2


def test_what_there_is_not_is_refused(fjell: Kvitt) -> None:
    for arguments, code in (
        (("add", "kari", "--business", "vidde"), "unknown_business"),
        (("add", "kari", "--business", "["), "unknown_business"),
        (("grant", "kari", "--business", "fjell"), "unknown_user"),
        (("link", "kari"), "unknown_user"),
        (("add", " "), "bad_user_name"),
        (("add", "kari", "--email", "x"), "bad_email"),
    ):
        answer = fjell("user", *arguments, "--json")
        assert (answer.code, answer.json["code"]) == (1, code)
    assert fjell("user", "list", "--json").json == []


def test_a_link_is_shown_alone_and_signs_in_once(kvitt: Kvitt, container: Container) -> None:
    kvitt("user", "add", "kari")
    answer = kvitt("user", "link", "kari", "--url", "https://kvitt.example/")
    assert answer.out.startswith("https://kvitt.example/sign-in/link?token=")
    assert answer.out.count("\n") == 1
    text = token_in(answer.out)
    assert text not in answer.err
    assert container.sign_in().by_link(text).signed_in.user.name == "kari"
    with pytest.raises(NotAuthenticated):
        container.sign_in().by_link(text)


def test_a_disabled_user_is_out(kvitt: Kvitt, container: Container) -> None:
    kvitt("user", "add", "kari")
    started = container.sign_in().by_link(token_in(kvitt("user", "link", "kari").out))
    assert kvitt("user", "disable", "kari", "--json").json["disabled_at"]
    assert container.sign_in().session(started.text) is None
    assert kvitt("user", "link", "kari", "--json").json["code"] == "user_disabled"
    assert kvitt("user", "enable", "kari", "--json").json["disabled_at"] is None


def test_a_password_is_read_from_standard_input_and_taken_away(kvitt: Kvitt, container: Container) -> None:
    kvitt("user", "add", "kari")
    set_ = kvitt("user", "set-password", "kari", "--json", stdin=f"{PASSWORD}\n".encode())
    assert (set_.code, set_.json["has_password"]) == (0, True)
    assert container.sign_in().by_password("kari", PASSWORD).signed_in.user.name == "kari"
    short = kvitt("user", "set-password", "kari", "--json", stdin=b"short\n")
    assert (short.code, short.json["code"]) == (1, "bad_password")
    assert kvitt("user", "set-password", "kari", "--json", stdin=b"\n").json["has_password"] is False


def test_a_password_is_asked_for_twice_at_a_terminal_and_not_shown(kvitt: Kvitt, tmp_path: Path) -> None:
    kvitt("user", "add", "kari")
    with at_terminal({"KVITT_HOME": str(tmp_path / "home")}, "user", "set-password", "kari") as terminal:
        terminal.answer("characters: ", PASSWORD)
        terminal.answer("Once more: ", PASSWORD)
        terminal.wait_for("has a new password")
        assert terminal.end() == 0
    assert PASSWORD not in terminal.said


def test_the_console_needs_a_server(kvitt: Kvitt) -> None:
    answer = kvitt("console", "--port", "1", "--json")
    assert (answer.code, answer.json["code"]) == (3, "no_server")
    assert kvitt("user", "list", "--json").json == []


def test_the_first_at_the_machine_becomes_an_administrator(kvitt: Kvitt, container: Container) -> None:
    with answering(container) as url:
        port = url.rpartition(":")[2]
        answer = kvitt("console", "--port", port)
        assert (answer.code, answer.out.partition("/sign-in")[0]) == (0, url)
        user = container.sign_in().by_link(token_in(answer.out)).signed_in.user
        assert (user.name, user.grants) == (ME, (Grant(role=Role.SEND),))
        assert kvitt("console", "--port", port).code == 0
        assert len(kvitt("user", "list", "--json").json) == 1


def test_where_there_are_users_nobody_else_becomes_one(kvitt: Kvitt, container: Container) -> None:
    kvitt("user", "add", "somebody else")
    with answering(container) as url:
        answer = kvitt("console", "--port", url.rpartition(":")[2], "--json")
    assert (answer.code, answer.json["code"]) == (1, "unknown_user")


@pytest.mark.parametrize(
    ("environment", "opens"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "w"}, True),
        ({}, False),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "x"}, False),
    ],
)
def test_on_a_desktop_a_browser_opens(
    kvitt: Kvitt, container: Container, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], opens: bool
) -> None:
    opened: list[str] = []
    pages: list[str] = []

    def open_(address: str) -> bool:
        opened.append(address)
        page = Path(address.removeprefix("file://"))
        assert page.stat().st_mode & 0o777 == 0o600
        pages.append(page.read_text())
        return True

    monkeypatch.setattr(webbrowser, "open", open_)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with answering(container) as url:
        said = [kvitt("console", "--port", url.rpartition(":")[2]).out.strip() for _ in range(2)]
    assert ["token" in address for address in opened] == [False] * 2 * opens
    assert [f'content="0; url={link}"' in page for link, page in zip(said, pages, strict=opens)] == [True] * 2 * opens
    assert len(set(opened)) == opens


def test_serve_shows_a_link_at_a_terminal_alone(kvitt: Kvitt, tmp_path: Path) -> None:
    home = {"KVITT_HOME": str(tmp_path / "home")}
    with at_terminal(home, "serve", "--port", "0", columns=200) as terminal:
        terminal.wait_for("Stop it with Ctrl-C.")
        token_in(terminal.said)
    [user] = kvitt("user", "list", "--json").json
    assert user["name"] == ME
    assert [one["action"] for one in kvitt("audit", "--json").json] == ["user.link_made", "user.added"]
