"""The dashboard and the alert rules ask for what the application really exports."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.http.documents import Api, add_invoice

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
DASHBOARD = json.loads((DEPLOY / "grafana" / "kvitt.json").read_text(encoding="utf-8"))
QUERIES = [(rule["alert"], rule["expr"]) for rule in ALERTS] + [
    (panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]
]
OF_PROMETHEUS = {"up": {"job", "instance"}}
OF_ANY_TARGET = {"job", "instance"}
WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring"}


def asked_for(query: str) -> tuple[set[str], set[str]]:
    """Return the figures that a query names, and the labels that it tells apart by."""
    labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", query))
    for group in re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", query):
        labels |= {name.strip() for name in group.split(",")}
    bare = re.sub(r"\b(?:by|without)\s*\([^)]*\)|\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", " ", query)
    names = set(re.findall(r"\b([a-zA-Z_:][\w:]*)\b(?!\s*\()", bare)) - WORDS
    return names, labels


@pytest.fixture(scope="module")
def exported(shared_fjell: Api) -> dict[str, set[str]]:
    """Every figure by the name under which it is asked for, with its labels."""
    shared_fjell.post(f"{add_invoice(shared_fjell)}/send")
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(shared_fjell.get("/metrics").text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_a_query_is_read_as_prometheus_reads_it() -> None:
    query = (
        'sum by (le, operation) (rate(kvitt_a_bucket{result!~"ok|b"}[10m])) > 1 or absent(up{job="x"}) and time() > 1'
    )

    assert asked_for(query) == ({"kvitt_a_bucket", "up"}, {"le", "operation", "result", "job"})


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[f"{nth}-{title}" for nth, (title, _) in enumerate(QUERIES)])
def test_what_is_asked_for_is_exported(exported: dict[str, set[str]], title: str, query: str) -> None:
    names, labels = asked_for(query)
    known = exported | OF_PROMETHEUS

    assert names
    assert names <= known.keys(), f"{title} asks for {names - known.keys()}"
    assert labels <= set().union(*(known[name] for name in names)) | OF_ANY_TARGET, title


def test_every_figure_of_ours_is_explained(exported: dict[str, set[str]]) -> None:
    page = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    endings = re.compile(r"_(bucket|count|sum)$")

    assert {endings.sub("", name) for name in exported} <= set(re.findall(r"`(kvitt_\w+)`", page))
