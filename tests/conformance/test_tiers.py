"""A tier is earned: by tests that were run, and that showed what they are for."""

import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from core.abilities import Abilities, Ability, Lookup
from core.limits import OrderField
from plugins.conformance import AccountingSystemConformance, NotPossible, Tier
from plugins.conformance.tiers import (
    Standing,
    TierReport,
    nothing_to_show,
    skip_absent,
    suites_tests,
    told_of,
)
from tests.unit.samples import LIMITS

BRONZE, SILVER, GOLD = (next(name for name, (tier, _) in suites_tests().items() if tier is wanted) for wanted in Tier)
ABSENT = "declared absent: deletes_orders (the accounting system has none)"
NOT_SHOWN = "not shown: the bench does not count calls"


def standing(**outcomes: str) -> Standing:
    """Everything was run and shown, but for these tests: their first case came to that."""
    made = Standing("TestLedger", system="ledger")
    for name, (_, cases) in suites_tests().items():
        made.outcomes[name] = [outcomes.get(name, ""), *[""] * (cases - 1)]
    return made


def test_what_was_shown_in_full_is_gold() -> None:
    assert standing().tier is Tier.GOLD
    assert standing(**{BRONZE: ABSENT, GOLD: "nothing to show: this plugin writes an order with one call"}).tier is (
        Tier.GOLD
    )


@pytest.mark.parametrize("came_to", ["failed", NOT_SHOWN, "somebody's own reason to skip it"])
def test_what_was_not_shown_keeps_the_tier_down(came_to: str) -> None:
    assert standing(**{BRONZE: came_to}).tier is None
    assert standing(**{SILVER: came_to}).tier is Tier.BRONZE
    assert standing(**{GOLD: came_to}).tier is Tier.SILVER
    assert standing(**{GOLD: came_to}).missing(Tier.GOLD) == [f"{GOLD}: {came_to}"]


def test_a_test_that_was_not_run_or_was_changed_shows_nothing() -> None:
    left = standing()
    del left.outcomes[SILVER]
    assert left.tier is Tier.BRONZE
    assert not left.is_whole
    some = standing()
    several = next(name for name, (_, cases) in suites_tests().items() if cases > 1)
    some.outcomes[several].pop()
    assert "not run (1 of" in " ".join(one for tier in Tier for one in some.missing(tier))
    changed = standing()
    changed.changed.add(BRONZE)
    assert changed.tier is None


def test_what_the_api_has_and_the_plugin_leaves_out_keeps_it_from_gold() -> None:
    left_out = standing()
    left_out.left_out = {"deletes_orders": "not built yet"}
    assert left_out.tier is Tier.SILVER
    assert "    deletes_orders: left out (not built yet)" in told_of(left_out)


def test_what_is_missing_for_the_next_tier_is_told() -> None:
    told = told_of(standing(**{SILVER: NOT_SHOWN, BRONZE: ABSENT}))
    assert told[0].startswith("ledger (TestLedger): bronze, ")
    assert told[1:] == [
        "  For silver is missing 1:",
        f"    {SILVER}: {NOT_SHOWN}",
        "  Declared absent: deletes_orders (the accounting system has none)",
    ]


def test_a_plugin_that_does_not_reach_what_it_says_fails_the_run() -> None:
    def ended(one: Standing) -> object:
        report, session = TierReport(), SimpleNamespace(exitstatus=0)
        report.standings["test_ledger.py::TestLedger"] = one
        report.pytest_sessionfinish(session)  # type: ignore[arg-type]
        return session.exitstatus

    below, partly = standing(**{GOLD: NOT_SHOWN}), standing()
    below.expected = partly.expected = Tier.GOLD
    del partly.outcomes[BRONZE]
    reached = standing(**{GOLD: NOT_SHOWN})
    reached.expected = Tier.SILVER
    assert ended(below) == pytest.ExitCode.TESTS_FAILED
    assert "  It is said to reach gold, and does not." in told_of(below)
    assert ended(partly) == 0, "where not everything was run, nothing is known"
    assert ended(reached) == 0


def _skipped(do: Callable[[], object]) -> str:
    with pytest.raises(pytest.skip.Exception) as skipped:
        do()
    return str(skipped.value)


def test_only_what_is_declared_absent_is_skipped_for_good() -> None:
    abilities = Abilities(limits=LIMITS, lookup=Lookup.BY_CUSTOMER, left_out={Ability.CURRENCIES: "not built yet"})
    skip_absent(abilities, Ability.CATEGORIES)
    assert _skipped(lambda: skip_absent(abilities, OrderField.PROJECT)) == (
        "declared absent: project (the accounting system has none)"
    )
    assert _skipped(lambda: skip_absent(abilities, Ability.CURRENCIES)) == "declared absent: currencies (not built yet)"
    assert _skipped(lambda: nothing_to_show("no")) == "nothing to show: no"

    def asked() -> None:
        raise NotPossible("the bench does not count calls")

    assert _skipped(asked) == NOT_SHOWN


def test_reports_are_read_as_they_come_from_other_processes() -> None:
    told = {"suite": "TestLedger", "reaches": "silver", "changed": False}
    noted = [("kvitt", json.dumps(told)), ("kvitt", json.dumps({"system": "ledger", "left_out": {}}))]

    def report(when: str, outcome: str, longrepr: object = None) -> pytest.TestReport:
        where = f"test_ledger.py::TestLedger::{BRONZE}"
        return pytest.TestReport(where, ("", 0, ""), {}, outcome, longrepr, when, user_properties=noted)  # type: ignore[arg-type]

    taken = TierReport()
    taken.pytest_runtest_logreport(report("setup", "passed"))
    taken.pytest_runtest_logreport(report("call", "passed"))
    taken.pytest_runtest_logreport(report("teardown", "passed"))
    taken.pytest_runtest_logreport(report("setup", "skipped", ("", 1, f"NotPossible: {NOT_SHOWN}")))
    taken.pytest_runtest_logreport(report("teardown", "passed"))
    taken.pytest_runtest_logreport(report("call", "passed"))
    taken.pytest_runtest_logreport(report("teardown", "failed"))
    (one,) = taken.standings.values()
    assert (one.system, one.expected) == ("ledger", Tier.SILVER)
    assert one.outcomes[BRONZE] == ["", NOT_SHOWN, "failed"]


def test_every_test_is_for_a_tier() -> None:
    tests = {name for name in dir(AccountingSystemConformance) if name.startswith("test_")}
    assert tests == set(suites_tests())
    assert {tier for tier, _ in suites_tests().values()} == set(Tier)
