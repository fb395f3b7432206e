"""What goes wrong, as a page: the same problems as the API's, for people."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from litestar import Response

from entrypoints.console.rendering import address
from entrypoints.console.texts import gettext as _
from entrypoints.console.visit import Page, Visit, own_address, visit_of
from entrypoints.console.wording import said_document
from entrypoints.http.problems import AnyRequest
from entrypoints.language.at_hand import speaking

ToProblem = Callable[[AnyRequest, Any], Response[Any]]
_KEPT = ("allow", "retry-after")


def as_page(to_problem: ToProblem) -> Callable[[AnyRequest, Exception], Page]:
    """Return what answers with a page where the API answers with a problem."""
    return partial(_page, to_problem)


def _page(to_problem: ToProblem, request: AnyRequest, error: Exception) -> Page:
    answer = to_problem(request, error)
    visit, problem = visit_of(request.scope), answer.content
    if problem["status"] == HTTPStatus.UNAUTHORIZED:
        return _to_sign_in(request, visit)
    headers = {name: value for name, value in answer.headers.items() if name.lower() in _KEPT}
    with speaking(visit.language):
        told = {**said_document(problem), **_said_of_pages().get(problem["code"], {})}
    return visit.page("error", status=problem["status"], headers=headers, told=told)


def _to_sign_in(request: AnyRequest, visit: Visit) -> Page:
    """Lead to where a session begins, and from there back: to the page, or the one whose form or part was asked for."""
    is_part = request.headers.get("hx-request") == "true"
    if request.method == "GET" and not is_part:
        back = visit.address
    else:
        shown = request.headers.get("hx-current-url") or request.headers.get("referer") or ""
        back = "/" + shown.partition("//")[2].partition("/")[2]
    there = address("sign-in", next=own_address(back) if back != "/" else None)
    return Response(b"", status_code=HTTPStatus.OK, headers={"HX-Redirect": there}) if is_part else visit.go(there)


def _said_of_pages() -> dict[str, dict[str, str]]:
    """What people are told where the API speaks of paths and methods."""
    return {
        "unknown_path": {
            "title": _("There is no such page"),
            "detail": _("There is no page at this address."),
            "hint": _("Check the address, or begin at the overview."),
        },
        "method_not_allowed": {
            "title": _("That can't be done here"),
            "detail": _("This address takes no such request."),
            "hint": _("Go back to the page and use its buttons."),
        },
        "too_large": {
            "title": _("That is too much at once"),
            "detail": _("What was sent is larger than this page takes."),
            "hint": _("Send it in several parts."),
        },
        "not_allowed": {"title": _("You may not do this")},
        "foreign_origin": {"title": _("You may not do this")},
        "stale_form": {"title": _("The form can't be used any more")},
    }
