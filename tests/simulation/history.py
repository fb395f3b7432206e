"""Play a history: its acts one after the other, then calm, in which everything has to come to a good end."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from tests.simulation import acts, promises
from tests.simulation.chance import Chance
from tests.simulation.faults import USUAL, Fault, Weather
from tests.simulation.life import Life
from tests.simulation.line import Company
from tests.simulation.plan import Plan, plan_for
from tests.simulation.ports import Stage
from tests.simulation.scheduler import SECOND
from tests.simulation.world import Machine, World

_CALM_SECONDS = (0, 5, 130, 300, 600, 1000, 1000, 1000, 300, 1000, 1000)
"""How long the calm lasts, step by step: leases, waits and quotas end in it, and what is stuck after it is stuck."""

_LONGEST_SECONDS = 600
"""No call takes longer than that."""


@dataclass(frozen=True)
class Outcome:
    """What came of a history: the promise that did not hold, if one did not; its story; and what it had in it."""

    plan: Plan
    broken: str | None
    story: list[str]
    saw: Counter[str]


def play(stage: Stage, plan: Plan) -> Outcome:
    """Play a plan, to its end or to the first promise that does not hold."""
    weather = Weather(plan.weather.kinds, dict(plan.weather.rates))
    machines = [Machine(f"machine {nth}") for nth in range(1, plan.machines + 1)]
    world = World(Chance("history", plan.seed), weather, machines)
    stage.begin(world)
    life = Life(stage, plan, world)
    try:
        _begin(life)
        for act in plan.acts:
            _until(life, act.at)
            if world.broken:
                break
            acts.perform(life, act)
            promises.check(life)
        if not world.broken:
            _calm_down(life)
    finally:
        world.scheduler.end()
    return Outcome(plan, world.broken[0] if world.broken else None, world.story, world.saw)


def play_seed(stage: Stage, seed: int, faults: Collection[Fault] = USUAL) -> Outcome:
    """Play the history of a seed, with trouble of these kinds."""
    return play(stage, plan_for(seed, faults=faults))


def _begin(life: Life) -> None:
    plan = life.plan
    for business in life.businesses:
        for name in (f"{business} AS", f"{business} other AS"):
            life.stage.companies[name] = Company(
                life.world,
                name,
                writing=plan.writing,
                at_once=plan.at_once,
                can_search=plan.can_search,
                limits=plan.limits,
            )
        life.connect(business, life.companies_of(business)[0])
    life.backups.append(life.stage.database.copy())
    for business in life.businesses:
        for number in plan.invoices[business]:
            life.state_anew(number, is_whole=not life.world.chance.happens(0.05))
    with life.world.weather.held_off():
        for number in sorted(plan.sent_before):
            life.stage.container.send_invoice().send(life.business_of(number), number)
            life.promised.add(number)
        _let_happen(life)


def _until(life: Life, when: int) -> None:
    """Let time pass, in which workers sweep now and then."""
    scheduler = life.world.scheduler
    for _ in range(2):
        if (left := when - scheduler.now) > 2 * SECOND:
            scheduler.sleep(left // 2)
            acts.sweep(life)
            _judge_crashes(life)
    scheduler.sleep(max(when - scheduler.now, 0))
    _judge_crashes(life)


def _calm_down(life: Life) -> None:
    """Nothing goes wrong from now on, people mend what they are asked to, and time passes."""
    world = life.world
    world.tell("nothing goes wrong from now on")
    world.weather.clear_up()
    for seconds in _CALM_SECONDS:
        _let_happen(life)
        if world.broken or acts.mend(life):
            break
        world.scheduler.sleep(seconds * SECOND)
        acts.sweep(life)
    _let_happen(life)
    if not world.broken:
        promises.check_the_end(life)


def _let_happen(life: Life) -> None:
    """Let everything come to an end that is under way."""
    life.world.scheduler.run_dry(longest=_LONGEST_SECONDS * SECOND)
    _judge_crashes(life)
    promises.check(life)


def _judge_crashes(life: Life) -> None:
    for name, error in life.world.scheduler.crashes:
        life.world.breaks(f"{name} fails: {error!r}")
    life.world.scheduler.crashes.clear()
