"""Write docs/settings.md: what the source says of each of the operator's settings.

The settings of the installation say it in their descriptions, those of an accounting system in a list beside where they
are read. What is added here cannot be read anywhere: defaults that are made or depend on something, and the variables
that are looked at before there are settings.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic.fields import FieldInfo

from adapters.http_api.settings import Variable
from entrypoints.settings import Settings
from plugins.variables import VARIABLES

HEAD = """# Settings

What an installation is told through environment variables. An empty one counts as not given. What can't be used is
refused at the start, naming the variable and never its value. `kvitt config` shows what counts, and where it comes
from.

They may be kept in a file as well: `kvitt.toml` in `KVITT_HOME`. Its keys are the variables' names in lower case,
without `KVITT_`. A variable goes before it, and a key that is no setting is refused. `home`, `secret_key`,
`business` and `language` have no place there.

```toml
database_url = "postgresql://kvitt@database/kvitt"
worker_threads = 8
tfso_calls_per_hour = 3600
```

Settings of a business (its account, product name, VAT codes) are none of these: they come with `kvitt business add`
([Connect a business](connecting.md)). This page is written from the source by `make
docs`, and compared with it by the tests.

"""

_IN_FILES = """These may be files too: in the folder that `KVITT_SECRETS_DIR` names, a file `kvitt_database_url` holds
what the variable of that name would. Where both are given the variable counts.

"""
_TABLE = "| Variable | Meaning | Values | Default |\n| --- | --- | --- | --- |\n"

_DEFAULTS = {
    "home": "`~/.kvitt`",
    "database_url": "SQLite, `kvitt.db` in `KVITT_HOME`",
    "secret_key": "made on first run, and kept in `KVITT_HOME/secret.key` for its owner alone",
    "log_format": "text on a terminal, JSON elsewhere",
    "metrics_port": "nowhere",
    "business": "what `kvitt use` keeps",
    "trusted_proxies": "none",
    "oidc_issuer": "none",
    "oidc_client_id": "none",
    "oidc_client_secret": "none",
    "follow_up_seconds": "3600 where a webhook or a business's `notify` tells of it, otherwise never",
    "webhook_allowed_networks": "none",
    "notify": "nowhere",
    "notify_summary": "no summary",
}
_VALUES = {
    "database_url": "address",
    "business": "name",
    "secret_key": "one or more keys",
    "log_level": "`debug`, `info`, `warning`, `error`",
    "requests_per_minute": "requests a minute, 0 or more",
    "trusted_proxies": "addresses",
    "oidc_issuer": "address",
    "oidc_client_id": "text",
    "oidc_client_secret": "text",
    "webhook_allowed_networks": "networks",
    "notify": "addresses",
    "notify_summary": "a time, such as `07:00`",
    "metrics_host": "address",
    "metrics_port": "port",
}
_UNITS = {"_seconds": "seconds", "_days": "days"}
_BEFORE_SETTINGS = (
    Variable("KVITT_SECRETS_DIR", "a folder whose files are settings, such as `kvitt_database_url`", "folder", "none"),
    Variable(
        "KVITT_DEBUG",
        "show where Kvitt itself failed: kinds of errors and lines of code, no values",
        "anything, or empty",
        "off",
    ),
    Variable(
        "KVITT_FORWARD_SECRET",
        "what `kvitt events tail --forward-to` signs with ([Events](events.md))",
        "`whsec_...`",
        "made anew each time",
    ),
)

_TAIL = """
Keep `secret.key` with the backups of the database, but not beside them: without it the connections must be stored anew.
`kvitt secret rotate` replaces it while everything goes on ([Secrets](secrets.md)).

Libraries read variables of their own: `OTEL_EXPORTER_OTLP_ENDPOINT` says where traces go ([Running
Kvitt](operations.md)), `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`, `HTTPS_PROXY` and `NO_PROXY` are told in
[Secrets](secrets.md#connections-to-the-accounting-system).
"""


def settings_page() -> str:
    """Return the whole page."""
    return (
        HEAD
        + f"## The installation\n\n{_IN_FILES}{_TABLE}"
        + _rows([*_of_the_installation(), *_BEFORE_SETTINGS])
        + f"\n## The accounting systems\n\n{_TABLE}"
        + _rows(list(VARIABLES))
        + _TAIL
    )


def _rows(variables: list[Variable]) -> str:
    return "".join(f"| `{one.name}` | {one.meaning} | {one.values} | {one.default} |\n" for one in variables)


def _of_the_installation() -> Iterator[Variable]:
    for name, field in Settings.model_fields.items():
        assert field.description, f"the setting {name} has no description"
        yield Variable(
            f"KVITT_{name.upper()}",
            field.description,
            values=_VALUES.get(name) or _values(name, field),
            default=_DEFAULTS.get(name) or _default(field.default),
        )


def _values(name: str, field: FieldInfo) -> str:
    kind = _kind(field.annotation)
    if get_origin(kind) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(f"`{choice}`" for choice in kind)
    if kind is bool:
        return "`true`, `false`"
    if kind is Path:
        return "folder"
    unit = next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), "a whole number")
    return f"{unit}, {_bounds(field)}"


def _kind(annotation: Any) -> Any:
    """The type that is left of `X | None`."""
    return (
        next((kind for kind in get_args(annotation) if kind is not NoneType), annotation)
        if (NoneType in get_args(annotation))
        else annotation
    )


def _bounds(field: FieldInfo) -> str:
    words = ""
    for bound in field.metadata:
        match bound:
            case Gt(gt=figure):
                words = f"above {figure}"
            case Ge(ge=figure):
                words = f"{figure} or more"
            case Le(le=figure):
                words = f"{words.removesuffix(' or more')} to {figure}"
    return words


def _default(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"{value:g}" if isinstance(value, float) else f"`{value}`" if isinstance(value, str) else str(value)
