"""Query parameters: a misspelt filter is refused, since passing it over would answer with everything."""

import pytest
from litestar.routes import HTTPRoute

from entrypoints.container import Container
from entrypoints.http.app import routes
from tests.http.clients import client_of, key_for
from tests.http.documents import Api, business_document, problem_of

FJELL = "/v1/businesses/fjell"


@pytest.mark.parametrize("query", ["stat=rejected", "State=rejected", "limit=5&stat=rejected", "stat"])
def test_a_parameter_that_a_path_does_not_have_is_refused_naming_those_it_has(shared_fjell: Api, query: str) -> None:
    problem = problem_of(shared_fjell.get(f"{FJELL}/transfers?{query}"), 400, "unknown_parameter")

    name = "State" if "State" in query else "stat"
    assert problem["detail"] == f'There is no query parameter "{name}" here. There are: state, invoice, limit, after.'
    assert [fault["field"] for fault in problem["faults"]] == [name]
    assert "/schema" in problem["hint"]


def test_where_there_are_none_that_is_said(shared_fjell: Api) -> None:
    problem = problem_of(shared_fjell.post(f"{FJELL}/verify?dry=1"), 400, "unknown_parameter")

    assert problem["detail"] == 'There is no query parameter "dry" here. There are none.'


def test_every_route_of_the_api_refuses_what_it_does_not_have(shared_fjell: Api) -> None:
    of_the_api = [route for route in routes().routes if route.path.startswith("/v1/")]
    assert len(of_the_api) > 15
    for route in of_the_api:
        assert isinstance(route, HTTPRoute)
        path = route.path_format.format(
            business="fjell", number="1", transfer="1", batch="1", prefix="1", webhook="1", event="1"
        )
        for method in route.methods - {"OPTIONS"}:
            problem_of(shared_fjell.request(method, f"{path}?nothing=1"), 400, "unknown_parameter")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/schema/openapi.json"])
def test_what_machines_ask_in_their_own_ways_is_answered(shared_fjell: Api, path: str) -> None:
    assert shared_fjell.get(f"{path}?nothing=1").status_code == 200


def test_all_that_are_unknown_are_named_up_to_some(shared_fjell: Api) -> None:
    query = "&".join(f"p{nth}=1" for nth in range(500))

    problem = problem_of(shared_fjell.get(f"/v1/businesses?{query}"), 400, "unknown_parameter")

    assert [fault["field"] for fault in problem["faults"]] == [f"p{nth}" for nth in range(10)]
    assert problem["detail"].startswith('There are no query parameters "p0", "p1", ')
    assert "and 490 more here" in problem["detail"]


@pytest.mark.parametrize("query", ["=1", "%00=1", "%F0%9F%98%80%0A=1", "%ED%A0%80=1", f"{'x' * 2_000}=1"])
def test_a_name_that_can_not_be_shown_is_refused_all_the_same(shared_fjell: Api, query: str) -> None:
    problem = problem_of(shared_fjell.get(f"/v1/businesses?{query}"), 400, "unknown_parameter")

    assert problem["detail"].isprintable()
    assert len(problem["detail"]) < 200


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=1&limit=1", "after=a&limit=1&after=b"])
def test_a_parameter_that_is_given_twice_is_refused(shared_fjell: Api, query: str) -> None:
    problem = problem_of(shared_fjell.get(f"/v1/businesses?{query}"), 400, "bad_parameter")

    assert problem["faults"][0]["field"] == query.split("=", maxsplit=1)[0]
    assert "once" in problem["detail"]


@pytest.mark.parametrize("query", ["", "limit=1", "limit=1&after=a", "&&"])
def test_what_a_path_has_is_taken(shared_fjell: Api, query: str) -> None:
    assert shared_fjell.get(f"/v1/businesses?{query}").status_code == 200


def test_what_a_path_can_do_is_told_whatever_the_query(shared_fjell: Api) -> None:
    assert shared_fjell.options("/v1/businesses?limit=1").headers["allow"] == "GET, OPTIONS"


def test_what_is_refused_takes_no_key_of_the_caller_s(fjell: Api) -> None:
    key = {"Idempotency-Key": "one"}

    problem_of(fjell.post(f"{FJELL}/verify?dry=1", headers=key), 400, "unknown_parameter")

    assert fjell.post(f"{FJELL}/verify", headers=key).json()["ok"]


def test_nothing_is_told_of_another_business(shared_container: Container, shared_fjell: Api) -> None:
    assert shared_fjell.put("/v1/businesses/dal", json=business_document()).status_code in (200, 201)
    with client_of(shared_container, key=key_for(shared_container, business="dal")) as other:
        problem_of(other.get(f"{FJELL}/transfers?stat=1"), 404, "unknown_business")


def test_every_parameter_that_the_document_tells_of_is_known(shared_fjell: Api) -> None:
    told = 0
    for path, item in shared_fjell.get("/schema/openapi.json").json()["paths"].items():
        for parameter in item.get("get", {}).get("parameters", ()):
            if parameter["in"] == "query":
                sent_to = path.format(
                    business="fjell", number="1", transfer="1", batch="1", prefix="1", webhook="1", event="1"
                )
                response = shared_fjell.get(sent_to, params={parameter["name"]: "1"})
                assert response.json().get("code") != "unknown_parameter"
                told += 1
    assert told > 10
