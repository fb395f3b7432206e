"""How far a plugin has come: a tier, earned by tests that were run and shown, and what is missing for the next one.

The suite's tests tell what they belong to, and why they were skipped; pytest says at the end what came of them.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import prod
from typing import Any, NoReturn, TypeVar

import pytest

from core.abilities import Abilities, Ability
from core.limits import OrderField

Test = TypeVar("Test", bound=Callable[..., None])

_NAME = "kvitt-tiers"
_PROPERTY = "kvitt"
_ABSENT = "declared absent: "
_NOTHING = "nothing to show: "
_MOST_TOLD = 12

NOT_SHOWN = "not shown: "
"""How the reason begins for which a bench's test is skipped."""


class Tier(StrEnum):
    """How much of what Kvitt promises was shown of a plugin.

    BRONZE: the documented behaviour. SILVER: faults, lost answers, and workers that are killed, as well. GOLD: in bulk,
    within the calls that are declared, and with all abilities that the vendor's API has.
    """

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


def shows(tier: Tier) -> Callable[[Test], Test]:
    """Say that a test is for another tier than its class is."""

    def marked(test: Test) -> Test:
        test.kvitt_tier = tier  # type: ignore[attr-defined]
        return test

    return marked


def skip_absent(abilities: Abilities, ability: Ability | OrderField) -> None:
    """Skip the test where the plugin declares that this is absent."""
    if not abilities.has(ability):
        pytest.skip(f"{_ABSENT}{ability} ({abilities.why_not(ability)})")


def nothing_to_show(reason: str) -> NoReturn:
    """Skip the test: there is nothing of this that could be wrong."""
    pytest.skip(f"{_NOTHING}{reason}")


def not_shown(reason: object) -> NoReturn:
    """Skip the test because the bench can't do what it takes: what the plugin declares remains unshown."""
    pytest.skip(f"{NOT_SHOWN}{reason}")


def note(node: pytest.Item, **told: object) -> None:
    """Have a test's report tell this as well."""
    node.user_properties.append((_PROPERTY, json.dumps(told)))


@dataclass
class Standing:
    """What came of one plugin's tests, by the test function's name."""

    suite: str
    system: str | None = None
    expected: Tier | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    outcomes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Each is "" where the test passed, and else why it did not."""

    @property
    def absent(self) -> list[str]:
        """What was skipped because it is declared absent, each once."""
        told = (one.removeprefix(_ABSENT) for ones in self.outcomes.values() for one in ones if one.startswith(_ABSENT))
        return sorted(set(told))

    @property
    def is_whole(self) -> bool:
        """Whether every test of the suite was run."""
        return all(len(self.outcomes[name]) >= count for name, (_, count) in suites_tests().items())

    @property
    def tier(self) -> Tier | None:
        """The highest tier of which nothing is missing, nor of those below it."""
        earned = None
        for tier in Tier:
            if self.missing(tier):
                break
            earned = tier
        return earned

    def missing(self, tier: Tier) -> list[str]:
        """Say what is missing for this tier, test by test."""
        told = [
            f"{name}: {why}"
            for name, (its_tier, count) in suites_tests().items()
            if its_tier is tier
            for why in self._why_not(name, count)
        ]
        if tier is Tier.GOLD:
            told += [f"{name}: left out ({why})" for name, why in self.left_out.items()]
        return told

    def _why_not(self, name: str, count: int) -> Iterator[str]:
        if name in self.changed:
            yield "changed by the plugin's tests"
        outcomes = Counter(one for one in self.outcomes[name] if one and not one.startswith((_ABSENT, _NOTHING)))
        for why, times in outcomes.items():
            yield f"{why} ({times} cases)" if times > 1 else why
        if not_run := count - len(self.outcomes[name]):
            yield f"not run ({not_run} of {count} cases)" if count > 1 else "not run"


class TierReport:
    """A plugin of pytest's: gathers what came of the suite's tests, and tells each plugin's tier at the end."""

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down what came of a test."""
        told = _told(report)
        if "suite" not in told or (report.when == "setup" and report.passed):
            return
        where, _, case = report.nodeid.rpartition("::")
        standing = self.standings.setdefault(where, Standing(told["suite"]))
        name = case.partition("[")[0]
        standing.system = told.get("system") or standing.system
        standing.left_out = told.get("left_out") or standing.left_out
        standing.expected = Tier(told["reaches"]) if told["reaches"] else None
        if told["changed"]:
            standing.changed.add(name)
        if report.when == "teardown":
            if report.failed:
                standing.outcomes[name][-1:] = ["failed"]
        else:
            standing.outcomes[name].append(_outcome(report))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail where a plugin's tests say what tier it reaches, all of them were run, and it does not."""
        if any(_is_below(standing) for standing in self.standings.values()) and not session.exitstatus:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell it."""
        if self.standings:
            terminalreporter.section("Kvitt conformance")
        for standing in self.standings.values():
            for line in told_of(standing):
                terminalreporter.write_line(line)


def told_of(standing: Standing) -> list[str]:
    """Tell a plugin's tier, what is missing for the next one, and what is declared absent."""
    tier = standing.tier
    shown = sum(not one for ones in standing.outcomes.values() for one in ones)
    name = f"{standing.system} ({standing.suite})" if standing.system else standing.suite
    told = [f"{name}: {tier or 'no tier yet'}, {shown} shown"]
    if _is_below(standing):
        told.append(f"  It is said to reach {standing.expected}, and does not.")
    following = next((one for one in Tier if standing.missing(one)), None)
    if following:
        missing = standing.missing(following)
        told.append(f"  For {following} {'is' if len(missing) == 1 else 'are'} missing {len(missing)}:")
        told += [f"    {one}" for one in missing[:_MOST_TOLD]]
        if len(missing) > _MOST_TOLD:
            told.append(f"    and {len(missing) - _MOST_TOLD} more")
    if standing.absent:
        told.append(f"  Declared absent: {'; '.join(standing.absent)}")
    return told


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest tell the tiers at the end of a run. Done by the suite itself, unless the tests run elsewhere."""
    if not config.pluginmanager.has_plugin(_NAME):
        config.pluginmanager.register(TierReport(), _NAME)


def _is_below(standing: Standing) -> bool:
    tiers = list(Tier)
    if standing.expected is None or not standing.is_whole:
        return False
    return standing.tier is None or tiers.index(standing.tier) < tiers.index(standing.expected)


def _told(report: pytest.TestReport) -> dict[str, Any]:
    notes = [json.loads(str(text)) for name, text in report.user_properties if name == _PROPERTY]
    return {key: value for one in notes for key, value in one.items()}


def _outcome(report: pytest.TestReport) -> str:
    if report.passed:
        return ""
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return reason.partition(": ")[2]  # what comes before is the exception's name
    return "failed"


def suites_tests() -> dict[str, tuple[Tier, int]]:
    """Every test of the suite: its tier, and how many cases it has."""
    from plugins.conformance.suite import AccountingSystemConformance as Suite

    return {name: (tier_of(Suite, name), _cases(getattr(Suite, name))) for name in sorted(dir(Suite)) if _is_test(name)}


def tier_of(suite: type, name: str) -> Tier:
    """Return what tier a test of the suite is for."""
    owner = next(one for one in suite.__mro__ if name in vars(one))
    return Tier(getattr(vars(owner)[name], "kvitt_tier", None) or vars(owner).get("tier", Tier.BRONZE))


def _is_test(name: str) -> bool:
    return name.startswith("test_")


def _cases(test: Callable[..., None]) -> int:
    marks = getattr(test, "pytestmark", ())
    return prod(len(mark.args[1]) for mark in marks if mark.name == "parametrize")
