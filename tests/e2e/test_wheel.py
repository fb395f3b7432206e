"""What is built from the checkout runs where the checkout is not: in an empty environment, somewhere else."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def run(place: Path) -> Run:
    """Run a command of the empty environment, which has Kvitt's wheel, and what Kvitt depends on by a path alone.

    What is on a path by a .pth file is not searched for further ones: the checkout, installed as editable beside the
    tests' packages, is out of sight.
    """
    wheels, environment = place / "wheels", place / "environment"
    _done([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", wheels], ROOT)
    (wheel,) = wheels.glob("kvitt-*.whl")
    _done([sys.executable, "-m", "venv", "--without-pip", environment], place)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    _install(wheel, place=place)

    def run(command: str, *arguments: str | Path, folder: Path = place) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [environment / "bin" / command, *arguments],
            cwd=folder,
            env=_environment(place),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_everything_comes_from_the_wheel(run: Run, place: Path) -> None:
    rooms = ["core", "adapters", "plugins", "sandbox", "entrypoints", "kvitt"]
    told = run("python", "-c", f"import {', '.join(rooms)}\nfor room in ({', '.join(rooms)}): print(room.__file__)")
    assert told.returncode == 0, told.stderr
    assert [file for file in told.stdout.splitlines() if not Path(file).is_relative_to(place)] == []
    assert run("python", "-c", "import tests").returncode != 0


@pytest.mark.attack
def test_the_documentation_s_scripts_are_in_the_wheel(run: Run) -> None:
    asked = "from entrypoints.http.pages import _redoc; print(len(_redoc()) > 1_000_000)"
    assert run("python", "-c", asked).stdout == "True\n"


def test_the_console_s_pages_are_in_the_wheel(run: Run) -> None:
    asked = (
        "from entrypoints.console.assets import assets; from entrypoints.console.rendering import environment; "
        "from entrypoints.console.texts import _catalogue; from entrypoints.language.at_hand import Language; "
        "print(len(assets()), len(environment(Language.ENGLISH).list_templates()) > 5); "
        "print(_catalogue(Language.NORWEGIAN).gettext('Sign in'))"
    )
    assert run("python", "-c", asked).stdout == "5 True\nLogg inn\n"


def test_the_demo_runs(run: Run) -> None:
    demo = run("kvitt", "demo")
    assert (demo.returncode, demo.stderr) == (0, "")
    assert "Paid (paid) on " in demo.stdout


@pytest.mark.attack
def test_a_new_plugin_installs_is_listed_and_fails_only_where_its_author_has_to_write(run: Run, place: Path) -> None:
    assert run("kvitt", "plugin", "new", "7seas-ledger").returncode == 0
    folder = place / "kvitt-7seas-ledger"
    _install("--no-build-isolation", "--editable", folder, place=place)
    listed = json.loads(run("kvitt", "plugin", "list", "--json").stdout)
    assert [(one["name"], one["error"]) for one in listed if one["distribution"] == "kvitt-7seas-ledger"] == [
        ("7seas-ledger", None)
    ]

    report = place / "report.xml"
    quiet = ["-p", "no:cacheprovider", "--tb=line", "--junitxml", report]
    tested = run("python", "-m", "pytest", *quiet, folder=folder)
    assert tested.returncode == 1, tested.stdout + tested.stderr
    places = re.findall(r"^(/.*?):\d+: (\w+)", tested.stdout, re.MULTILINE)
    assert {kind for _, kind in places} == {"NotImplementedError"}
    assert {Path(file).is_relative_to(folder) for file, _ in places} == {True}
    (counts,) = ElementTree.parse(report).getroot()
    assert int(counts.attrib["failures"]) == len(places) > 100
    assert counts.attrib["errors"] == "0"
    assert int(counts.attrib["tests"]) > len(places) + int(counts.attrib["skipped"])


def _install(*what: str | Path, place: Path) -> None:
    """Install into the environment, from what is at hand."""
    offline = ["--offline", "--no-index", "--no-deps", "--no-cache"]
    python = place / "environment" / "bin" / "python"
    _done([UV, "pip", "install", "--quiet", *offline, "--python", python, *what], place)


def _done(command: Sequence[str | Path], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, env=_environment(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def _environment(home: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("KVITT_", "PYTHON", "PYTEST_"))}
    return {**ours, "HOME": str(home), "KVITT_HOME": str(home / "home"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
