"""docs/webhooks.md: what it tells receivers to do, run as it stands."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from adapters.identifiers import new_webhook_secret
from adapters.webhooks.courier import LARGEST_ANSWER, POST_SECONDS
from adapters.webhooks.signing import posting_of
from core.delivery_plan import FAILING_FOR, FAILURES_IN_A_ROW, LONGEST_ASKED, LONGEST_PAUSE, RETRY_WAITS
from core.endpoint_address import Reach
from core.event import EventType
from core.example_event import example_event
from core.posting import LONGEST_EXCERPT
from core.use_cases.manage_webhooks import MOST_IN_ALL, MOST_OF_BUSINESS
from core.webhook import OLD_SECRET_SIGNS_FOR, Endpoint, EndpointSecrets
from tests.receiver import receiver

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
NOW = datetime.now(UTC)
SECRET, OLD = new_webhook_secret(), new_webhook_secret()

Verify = Callable[[str, Mapping[str, str], bytes], Any]
"""Return the event, or raise."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)


def _python(nth: int) -> Verify:
    space: dict[str, Any] = {}
    exec(blocks("python")[nth], space)
    return partial(space["verify"])


_NODE = """
const asked = JSON.parse(require("node:fs").readFileSync(0));
process.stdout.write(JSON.stringify(verify(asked.secret, asked.headers, Buffer.from(asked.body, "utf8"))));
"""
_PHP = """
$asked = json_decode(file_get_contents("php://stdin"), true);
echo json_encode(verify($asked["secret"], $asked["headers"], $asked["body"]));
"""


def _run(program: list[str], secret: str, headers: Mapping[str, str], body: bytes) -> Any:
    asked = json.dumps({"secret": secret, "headers": dict(headers), "body": body.decode()})
    done = subprocess.run(program, input=asked.encode(), capture_output=True, check=False, timeout=60)
    if done.returncode:
        raise ValueError(done.stderr.decode())
    return json.loads(done.stdout)


def _node(tmp_path: Path) -> Verify:
    (tmp_path / "verify.js").write_text(blocks("js")[0] + _NODE, encoding="utf-8")
    return partial(_run, [_found("node"), str(tmp_path / "verify.js")])


def _php(tmp_path: Path) -> Verify:
    (tmp_path / "verify.php").write_text("<?php\n" + blocks("php")[0] + _PHP, encoding="utf-8")
    return partial(_run, [_found("php"), str(tmp_path / "verify.php")])


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"there is no {program} here")
    return path


@pytest.fixture(params=["standardwebhooks", "python", "node", "php"])
def verify(request: pytest.FixtureRequest, tmp_path: Path) -> Verify:
    made: dict[str, Callable[[], Verify]] = {
        "standardwebhooks": lambda: _python(0),
        "python": lambda: _python(1),
        "node": lambda: _node(tmp_path),
        "php": lambda: _php(tmp_path),
    }
    return made[request.param]()


def signed(*, at: datetime | None = None, rotating: bool = False) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a request."""
    endpoint = Endpoint(id="e", url="u", created_at=NOW, old_secret_until=NOW + timedelta(hours=1))
    previous = SecretStr(OLD) if rotating else None
    secrets = EndpointSecrets(url=SecretStr("https://h.example/"), current=SecretStr(SECRET), previous=previous)
    event = example_event(EventType.INVOICE_PAID, event_id="1", business="bø", now=NOW)
    posting = posting_of(endpoint, secrets, event, reach=Reach(), now=NOW, wall=at or datetime.now(UTC))
    return dict(posting.headers), posting.body


def test_a_genuine_event_is_returned(verify: Verify) -> None:
    headers, body = signed()
    assert verify(SECRET, headers, body) == json.loads(body)


def test_both_secrets_verify_while_one_is_replaced(verify: Verify) -> None:
    headers, body = signed(rotating=True)
    assert verify(OLD, headers, body) == verify(SECRET, headers, body) == json.loads(body)


def test_what_is_forged_is_refused(verify: Verify) -> None:
    headers, body = signed()
    for secret, changed, text in (
        (new_webhook_secret(), {}, body),
        (SECRET, {}, body.replace(b"paid", b"PAID", 1)),
        (SECRET, {"webhook-id": "another"}, body),
        (SECRET, {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}, body),
        (SECRET, {"webhook-signature": "v1,"}, body),
    ):
        with pytest.raises(Exception):  # noqa: B017, PT011 - each language has its own
            verify(secret, headers | changed, text)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_recorded_is_refused(verify: Verify, minutes: int) -> None:
    headers, body = signed(at=datetime.now(UTC) + timedelta(minutes=minutes))
    with pytest.raises(Exception):  # noqa: B017, PT011
        verify(SECRET, headers, body)


def test_a_request_of_one_s_own_is_signed_with_openssl_and_sent_with_curl(tmp_path: Path) -> None:
    for program in ("bash", "openssl", "curl", "base64", "od"):
        _found(program)
    _, body = signed()
    (tmp_path / "event.json").write_bytes(body)
    with receiver() as shop:
        given = f"set -eu\nsecret='{SECRET}' url='{shop.url}'\n"
        subprocess.run(
            ["bash", "-c", given + blocks("bash")[0]],
            cwd=tmp_path,
            check=True,
            timeout=60,
            env={"PATH": os.environ["PATH"]},
        )
        (came,) = shop.received
    assert Webhook(SECRET).verify(came.body, dict(came.headers)) == json.loads(body)


def test_the_figures_are_those_of_the_source() -> None:
    told = [_told(wait) for wait in RETRY_WAITS]
    assert f"The waits are {', '.join(told[:-1])} and {told[-1]}, each less up to a quarter by chance." in TEXT
    assert len(RETRY_WAITS) + 1 == 12  # "twelve times in all"
    assert sum(RETRY_WAITS, timedelta()) <= timedelta(days=3)
    assert (timedelta(days=3), timedelta(minutes=5), 5) == (FAILING_FOR, LONGEST_PAUSE, FAILURES_IN_A_ROW)
    assert f"heeded, up to {_told(LONGEST_ASKED)}" in TEXT
    assert f"within {POST_SECONDS:.0f} seconds" in TEXT
    assert f"its first {LONGEST_EXCERPT:,} characters" in TEXT
    assert LARGEST_ANSWER >= LONGEST_EXCERPT
    assert f"at most {MOST_OF_BUSINESS} webhooks, an installation {MOST_IN_ALL}" in TEXT
    assert f"For {_told(OLD_SECRET_SIGNS_FOR)} events carry two signatures" in TEXT


def _told(wait: timedelta) -> str:
    for unit, name in (
        (timedelta(hours=1), "hour"),
        (timedelta(minutes=1), "minute"),
        (timedelta(seconds=1), "second"),
    ):
        if wait >= unit:
            number = wait // unit
            return f"{number} {name}" if number == 1 else f"{number} {name}s"
    raise AssertionError(wait)
