"""What is handed to operators names only what there is."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from entrypoints.cli.commands import KVITT
from entrypoints.listening.server import MOST_CONNECTIONS
from entrypoints.settings import Settings
from plugins.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
DEPLOY = ROOT / "deploy"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
UNITS = sorted((DEPLOY / "systemd").iterdir())


def headings(page: str) -> set[str]:
    return {line.lstrip("# ") for line in page.splitlines() if line.startswith("#")}


def anchors(page: str) -> set[str]:
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


def commands_of(page: str) -> list[str]:
    """Every `kvitt ...` that a page shows, in a block of code or in a sentence."""
    blocks = re.findall(r"```.*?```", page, flags=re.DOTALL)
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL).replace("\n", " "))
    shown = [line.strip() for block in blocks for line in block.splitlines()] + inline
    found = [match for text in shown for match in re.findall(r"(?:^|bin/|[\s#$(])kvitt ([a-z-][^`|'>#)]*)", text)]
    composed = [match for text in shown for match in re.findall(r" run --rm (?:api|worker) ([a-z][^`|'>#]*)", text)]
    return sorted({command.strip() for command in found + composed})


def options_of(command: Any) -> set[str]:
    return {option for parameter in command.loaded().params for option in parameter.opts}


def test_every_command_shown_is_one_that_there_is() -> None:
    shown = commands_of(OPERATIONS)

    assert len(shown) > 15, shown
    for text in shown:
        words = text.split()
        command: Any = KVITT
        while words and hasattr(command, "commands") and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        assert not hasattr(command, "commands"), f"there is no kvitt {text}"
        options = options_of(command) | {"--help"}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options, f"kvitt {text}"


def test_every_alert_has_a_section_that_says_what_to_do() -> None:
    assert len(ALERTS) == len({rule["alert"] for rule in ALERTS}) >= 8
    assert {rule["alert"] for rule in ALERTS} <= headings(OPERATIONS)
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"]


def test_links_within_the_page_lead_somewhere() -> None:
    linked = set(re.findall(r"\]\(#([^)]+)\)", OPERATIONS))

    assert linked
    assert linked <= anchors(OPERATIONS)


def test_every_setting_that_is_named_is_one() -> None:
    known = {f"KVITT_{name.upper()}" for name in Settings.model_fields}
    known |= {variable.name for variable in VARIABLES} | {"KVITT_SECRETS_DIR"}
    texts = [OPERATIONS, DOCKERFILE, (DEPLOY / "compose.yaml").read_text(encoding="utf-8"), *map(_read, UNITS)]

    named = {name for text in texts for name in re.findall(r"\bKVITT_[A-Z_]+", text)}
    assert named <= known, named - known


def test_files_that_are_named_are_there() -> None:
    named = set(re.findall(r"\b(?:deploy|requirements|docs)/[\w./@-]*\w", OPERATIONS + DOCKERFILE + _read_all()))

    made_by_operators = ("deploy/secrets", "deploy/.env")
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8")
    assert all(name in ignored for name in made_by_operators)
    missing = {name for name in named if not (ROOT / name).exists() and not name.startswith(made_by_operators)}
    assert missing <= {"requirements/"}, missing


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _read_all() -> str:
    return "".join(_read(file) for file in sorted(DEPLOY.rglob("*")) if file.is_file())


# The image


def instructions(name: str) -> list[str]:
    return [line.removeprefix(f"{name} ").strip() for line in DOCKERFILE.splitlines() if line.startswith(f"{name} ")]


def copied() -> list[str]:
    """What is copied from the checkout into the stage that builds."""
    return [path for line in instructions("COPY") if not line.startswith("--from") for path in line.split()[:-1]]


def test_what_is_installed_is_pinned_with_hashes() -> None:
    installs = re.findall(r"pip (?:install|wheel) [^&\n]*", DOCKERFILE)

    assert len(installs) == 4
    assert all("--require-hashes" in one or ("--no-index" in one and "--no-deps" in one) for one in installs)


@pytest.mark.parametrize("name", ["runtime", "telemetry", "build"])
def test_the_images_pins_are_those_that_are_tested(name: str) -> None:
    tested = pins("development")

    assert pins(name).items() <= tested.items()
    assert all("--hash=sha256:" in pin for pin in pins(name).values())


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {entry.partition("==")[0]: entry for entry in re.split(r"\n(?=\S)", text.strip())}


def test_the_image_runs_as_nobody_in_particular_and_is_asked_whether_it_is_ready() -> None:
    (user,) = instructions("USER")
    (health,) = instructions("HEALTHCHECK")

    assert user == "10001:10001"
    assert "/health/ready" in health
    assert instructions("ENTRYPOINT") == ['["kvitt"]']
    assert len([line for line in DOCKERFILE.splitlines() if line.startswith("FROM ")]) == 2
    assert not re.search(r"(?i)(password|secret_key|token)\s*=", DOCKERFILE)


def test_base_images_are_pinned_by_digest_or_it_is_said_why_not_and_how() -> None:
    compose = _read(DEPLOY / "compose.yaml")
    (python,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE, re.MULTILINE)
    (database,) = re.findall(r"image: \$\{POSTGRES_IMAGE:-(\S+)\}$", compose, re.MULTILINE)

    assert set(instructions("FROM")) == {"${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"}
    for service in ("api", "worker"):
        assert COMPOSE["services"][service]["build"]["args"] == {"PYTHON_IMAGE": f"${{PYTHON_IMAGE:-{python}}}"}
    for text, name, image in (
        (_read(DEPLOY / "Dockerfile"), "PYTHON_IMAGE", python),
        (compose, "PYTHON_IMAGE", python),
        (compose, "POSTGRES_IMAGE", database),
    ):
        is_pinned = re.search(r"@sha256:[0-9a-f]{64}$", image)
        assert is_pinned or ("not by digest: " in text and f"{name}={image}@sha256:<digest>" in text), image


def test_all_that_the_image_is_made_of_is_let_in_and_nothing_else() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}

    assert "*" in ignored
    assert let_in == {path.rstrip("/") for path in copied()}


def test_what_is_copied_builds_into_a_whole_package(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for path in copied():
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, source / path, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / path, source / path)

    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path), "."]
    subprocess.run([*command, *options], cwd=source, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("kvitt-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        scripts = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    tracked = {
        str(file.relative_to(ROOT))
        for folder in BUILD["targets"]["wheel"]["packages"]
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert tracked <= names
    assert "kvitt = entrypoints.cli.main:main" in scripts


# Compose


def test_the_services_are_the_api_two_workers_and_a_database() -> None:
    services = COMPOSE["services"]

    assert set(services) == {"api", "worker", "database"}
    assert services["worker"]["deploy"]["replicas"] == 2
    for name in ("api", "worker"):
        assert services[name]["depends_on"] == {"database": {"condition": "service_healthy"}}
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert services["database"]["healthcheck"]["test"][0] == "CMD"
    assert services["worker"]["healthcheck"]["test"][0] == "CMD"


def test_no_secret_stands_in_the_compose_file() -> None:
    services = COMPOSE["services"]
    for service in services.values():
        assert set(service["secrets"]) <= set(COMPOSE["secrets"])
        assert not {"KVITT_SECRET_KEY", "KVITT_DATABASE_URL", "POSTGRES_PASSWORD"} & set(service["environment"])
    assert all(one["file"].startswith("./secrets/") for one in COMPOSE["secrets"].values())
    assert "deploy/secrets" in (ROOT / ".gitignore").read_text(encoding="utf-8")
    assert not re.search(r"\bimage: \S+/", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_proxies_that_are_trusted_are_passed_on() -> None:
    given = COMPOSE["services"]["api"]["environment"]["KVITT_TRUSTED_PROXIES"]

    assert given == "${KVITT_TRUSTED_PROXIES:-}"
    assert "KVITT_TRUSTED_PROXIES=" in OPERATIONS


def test_there_are_descriptors_for_all_the_connections_that_there_may_be() -> None:
    least = 2 * MOST_CONNECTIONS

    for service in ("api", "worker"):
        assert COMPOSE["services"][service]["ulimits"]["nofile"] >= least
    for unit in UNITS:
        assert int(setting(unit, "LimitNOFILE")) >= least


def test_a_stop_is_waited_for_longer_than_a_worker_may_take() -> None:
    longest = Settings.model_fields["stop_seconds"].default

    assert int(COMPOSE["services"]["worker"]["stop_grace_period"].rstrip("s")) > longest
    for unit in UNITS:
        assert int(setting(unit, "TimeoutStopSec")) > longest


@pytest.mark.parametrize("service", ["api", "worker"])
def test_what_the_containers_run_is_a_command(service: str) -> None:
    words = COMPOSE["services"][service]["command"]

    assert {word for word in words[1:] if word.startswith("--")} <= options_of(KVITT.commands[words[0]])


# systemd


def setting(unit: Path, name: str) -> str:
    return next(line.partition("=")[2] for line in _read(unit).splitlines() if line.startswith(f"{name}="))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_as_its_own_user_and_may_do_little_else(unit: Path) -> None:
    words = setting(unit, "ExecStart").split()

    assert {word for word in words[2:] if word.startswith("--")} <= options_of(KVITT.commands[words[1]])
    assert setting(unit, "User") == "kvitt"
    for name, value in (
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("CapabilityBoundingSet", ""),
        ("UMask", "0077"),
    ):
        assert setting(unit, name) == value


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here to ask")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    there = tmp_path / unit.name.replace("@", "@1")
    there.write_text(_read(unit).replace("/opt/kvitt/bin/kvitt", shutil.which("true") or "/bin/true"))

    done = subprocess.run(
        ["systemd-analyze", "verify", str(there)], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")
