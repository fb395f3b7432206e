.PHONY: demo docs sessions messages test conformance attack simulate load bench browser clients screenshots lint types imports check lock clean
.DEFAULT_GOAL := test

PYTHON ?= python3
# The tests start many processes; compiling everything anew for each of them takes a while.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# A venv in the checkout with exactly the pinned packages: made when missing, brought up to date when the pins change.
$(READY): requirements/development.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kvitt needs Python 3.11 or newer: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/development.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/kvitt demo

test: $(READY)
	@$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

# The conformance kit, whole, on each of our plugins, of which make test makes a sample; it tells their tiers.
KITS := $(addprefix tests/conformance/,test_soap.py test_rest.py test_tripletex.py)

conformance: $(READY)
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadscope -m "" $(KITS)

# Every attack on exactly-once, of which make test makes a sample: every fault, every kill, and the properties
# that hold whatever happens with many more examples; the storm; and what takes too long elsewhere.
attack: $(READY)
	@KVITT_TEST_THOROUGH=1 $(BIN)/python -m pytest --numprocesses 2 --dist worksteal -m "" tests/attack tests/load tests/unit
	@$(BIN)/python -m pytest --numprocesses 2 --dist worksteal -m attack --ignore tests/attack --ignore tests/load --ignore tests/unit $(addprefix --ignore ,$(KITS)) tests

# Histories that one number decides: make simulate SEED=7 plays that one and tells it; without a seed, the fixed set.
simulate: $(READY)
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED) --verbose,--seed 1 --histories 2000)

# Two minutes at saturation, with two workers on PostgreSQL (KVITT_TEST_POSTGRES_URL, or the default port on loopback).
load: $(READY)
	@$(BIN)/python -m tests.load

# The console in a browser: Debian's Chromium, installed where it is missing and that is allowed; else all is skipped, and
# the summary says so.
browser: $(READY)
	@command -v chromium >/dev/null || { echo "Installing chromium ..."; apt-get install --quiet --yes chromium >/dev/null; } || echo "chromium can't be installed here: apt-get install chromium, as root"
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadscope -m browser tests/console/browser

# Every page of the console as it looks, into docs/screenshots: look at what changed.
screenshots: $(READY)
	@$(BIN)/python -m tests.console.browser.screenshots

bench: $(READY)
	@$(BIN)/python -m tests.benchmarks

# What commands print at a terminal, written anew into tests/cli/sessions/told: read what changed. make test compares it.
sessions: $(READY)
	@$(BIN)/python -m tests.cli.sessions

# Clients that others' programs generate from the OpenAPI document, checked, and used on a real server. The programs have
# an environment of their own: what they need does not touch what Kvitt runs on.
CLIENTS := .clients

$(CLIENTS)/.ready: requirements/clients.txt
	@test -x $(CLIENTS)/tools/bin/python || $(PYTHON) -m venv $(CLIENTS)/tools
	@$(CLIENTS)/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/clients.txt
	@touch $@

clients: $(READY) $(CLIENTS)/.ready
	@$(BIN)/python -m tests.clients $(CLIENTS) $(CLIENTS)/tools/bin

# The pages that are written from the source: docs/errors.md, docs/settings.md and docs/accounting-systems.md. make test holds them against it.
docs: $(READY)
	@$(BIN)/python -m tests.pages

# The catalogues of translations, brought up to date with what the source says, and compiled.
messages: $(READY)
	@$(BIN)/python -m tests.messages

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy
	@$(BIN)/mypy --explicit-package-bases tests/example_plugin/kvitt_csv_ledger/*.py tests/example_plugin/tests/*.py
	@MYPYPATH=plugins/skeleton:plugins/skeleton/tests $(BIN)/mypy --explicit-package-bases plugins/skeleton/*/*.py

imports: $(READY)
	@$(BIN)/lint-imports

check: lint types imports

# Pins: every version with its hashes and no download address.
lock: $(READY)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml --output-file requirements/runtime.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml --extra telemetry --constraint requirements/runtime.txt --output-file requirements/telemetry.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml --group dev --constraint requirements/telemetry.txt --output-file requirements/development.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group pyproject.toml:clients --output-file requirements/clients.txt
	@echo hatchling | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header - --constraint requirements/development.txt --output-file requirements/build.txt

clean:
	rm -rf $(VENV) $(CLIENTS) .mypy_cache .ruff_cache .hypothesis .import_linter_cache
