"""The features themselves: business language only, and every sentence means one thing."""

import re
from collections import Counter
from pathlib import Path

import pytest
from pytest_bdd.parser import Feature, FeatureParser, Step
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

FOLDER = Path(__file__).parents[2] / "features"
FILES = sorted(FOLDER.glob("*.feature"))
TECHNICAL = re.compile(
    r"\b(url|https?|rest|api|sql|sqlite|json|xml|soap|wsdl|html|database table|endpoint|request|response|status code|"
    r"header|cookie|socket|timeout|exception|stack ?trace|null|thread|server|row id|\w+\(\)|\w+_\w+)\b|://|[{}\\]",
    re.IGNORECASE,
)


def feature_of(file: Path) -> Feature:
    return FeatureParser(str(FOLDER), file.name).parse()


def steps_of(feature: Feature) -> list[Step]:
    return [
        step
        for template in feature.scenarios.values()
        for example in [row for table in template.examples for row in table.as_contexts()] or [{}]
        for step in template.render(example).steps
    ]


def definitions() -> list[StepFunctionContext]:
    return [
        context
        for context in step_function_context_registry.values()
        if context.step_func.__module__.startswith("tests.acceptance.")
    ]


def means(step: Step, definition: StepFunctionContext) -> bool:
    return definition.type in (None, step.type) and definition.parser.is_matching(step.name)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_steps_avoid_technical_words(file: Path) -> None:
    def words(text: str) -> list[str]:
        place_of_a_fault = re.compile(r'"[a-z_.\[\]0-9]+"')
        return [found.group() for found in TECHNICAL.finditer(place_of_a_fault.sub("", text))]

    feature = feature_of(file)
    texts = [feature.name, feature.description, *feature.scenarios, *(step.name for step in steps_of(feature))]
    assert {text: words(text) for text in texts if words(text)} == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_scenario_has_a_name_of_its_own(file: Path) -> None:
    """Of two scenarios of one name in a feature, only one would run."""
    names = re.findall(r"^\s*Scenario(?: Outline)?: (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert len(names) == len(feature_of(file).scenarios)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_step_has_one_meaning(file: Path) -> None:
    for step in steps_of(feature_of(file)):
        meanings = [definition for definition in definitions() if means(step, definition)]
        assert len(meanings) == 1, f"{step} has {len(meanings)}"


def test_no_step_is_left_over() -> None:
    steps = [step for file in FILES for step in steps_of(feature_of(file))]
    unused = [
        f"{definition.type} {definition.parser.name}"
        for definition in definitions()
        if not any(means(step, definition) for step in steps)
    ]
    assert unused == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_background_holds_givens_only(file: Path) -> None:
    for template in feature_of(file).scenarios.values():
        assert {step.type for step in template.all_background_steps} <= {"given"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_scenario_asks_and_then_looks(file: Path) -> None:
    for template in feature_of(file).scenarios.values():
        kinds = [step.type for step in template.steps]
        assert "when" in kinds, template.name
        assert kinds[-1] == "then", template.name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_feature_is_run(file: Path) -> None:
    module = Path(__file__).with_name(f"test_{file.stem}.py")
    assert f'scenarios("{file.name}")' in module.read_text(encoding="utf-8")
