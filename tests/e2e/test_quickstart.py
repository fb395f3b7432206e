"""docs/quickstart.md, run as it stands: only the ports are those that were free."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from entrypoints.container import make_container
from entrypoints.settings import Settings
from sandbox import Sandbox
from tests.homes import furnish
from tests.http.clients import key_for
from tests.processes import serving

PAGE = Path(__file__).parents[2] / "docs" / "quickstart.md"
MOST_LINES = 10


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """What stands for the addresses on the page, and for the key that it makes."""
    home = furnish(tmp_path_factory.mktemp("home"))
    with Sandbox.demo() as office, serving({"KVITT_HOME": str(home), "KVITT_TFSO_API_URL": office.url}) as (kvitt, _):
        container = make_container(Settings(home=home))
        with closing(container.storage()):
            key = key_for(container)
        yield {"http://127.0.0.1:8247": office.url, "http://127.0.0.1:8000": kvitt, "KVITT_KEY": key}


def _told(language: str, command: list[str], addresses: Mapping[str, str]) -> str:
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(block.splitlines()) <= MOST_LINES
    for here, there in addresses.items():
        block = block.replace(here, there) if here.startswith("http") else block
    environment = os.environ | {"KVITT_KEY": addresses["KVITT_KEY"]}
    done = subprocess.run([*command, block], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_curl_gets_from_nothing_to_paid(addresses: Mapping[str, str]) -> None:
    told = _told("sh", ["sh", "-ec"], addresses)

    assert '"gross":"4500.00"' in told
    assert '"status":"paid"' in told


def test_python_gets_from_nothing_to_paid(addresses: Mapping[str, str]) -> None:
    told = _told("python", [sys.executable, "-c"], addresses)

    assert "'gross': '4500.00'" in told
    assert "'status': 'paid'" in told
