"""The settings as they count now: what each is, and where that is from. No secret is among what is told."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError, create_model

from core.errors import InvalidInput
from entrypoints.default_business import KEPT, kept_business
from entrypoints.settings import (
    SECRETS_DIR,
    Settings,
    faults_of,
    file_keys,
    home_folder,
    origin_of,
    secrets_folder,
)
from entrypoints.settings_file import (
    FILE_NAME,
    PREFIX,
    environment_with,
    file_faults,
    key_of,
    meant_by,
    read_file,
    variable_of,
)
from plugins.variables import VARIABLES, trouble_with

_BEFORE_SETTINGS = (SECRETS_DIR, "KVITT_DEBUG")
_HIDDEN = "***"


@dataclass(frozen=True)
class EffectiveSetting:
    """One setting: its variable's name, what it is (None: nothing), where that is from, and what is wrong with it."""

    name: str
    value: str | None
    origin: str
    trouble: str = ""


@dataclass(frozen=True)
class EffectiveSettings:
    """All settings that there are, and what else was given: `unknown` names with what may have been meant.

    `file` is the settings file, and `file_trouble` why none of it counts.
    """

    settings: list[EffectiveSetting]
    unknown: dict[str, str]
    file: Path
    file_trouble: str = ""
    troubles: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether commands can work with these settings."""
        return not (self.file_trouble or self.troubles or any(setting.trouble for setting in self.settings))


def effective_settings(environment: Mapping[str, str] = os.environ) -> EffectiveSettings:
    """Look at the environment, the folder of secrets and the settings file; nothing is refused."""
    home = home_folder()
    found, file_trouble, troubles = _file(home)
    try:
        folder = secrets_folder()
    except InvalidInput as error:
        folder = None
        troubles.append(error.message)
    settings = [
        *_of_the_installation(found, folder, environment),
        *(_of_a_plugin(variable.name, found, environment) for variable in VARIABLES),
    ]
    return EffectiveSettings(settings, _unknown(folder, environment), home / FILE_NAME, file_trouble, troubles)


def shown_url(url: str) -> str:
    """Return a database's URL without its password; what can't be taken apart is not shown at all."""
    try:
        parts = urlsplit(url)
        if parts.scheme.startswith("sqlite"):
            return url
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return _HIDDEN
    if not (parts.scheme and parts.netloc):
        return _HIDDEN
    user = f"{parts.username or ''}{f':{_HIDDEN}' if parts.password else ''}@" if "@" in parts.netloc else ""
    return f"{parts.scheme}://{user}{host}{parts.path}{f'?{_HIDDEN}' if parts.query else ''}"


def _file(home: Path) -> tuple[dict[str, Any], str, list[str]]:
    """What the settings file holds, why none of it counts, and what is wrong with its keys."""
    try:
        found = read_file(home)
    except InvalidInput as error:
        return {}, error.message, []
    faults = file_faults(found, known=file_keys())
    told = [f'{home / FILE_NAME}: "{key}" {trouble}.' for key, trouble in faults.items()]
    return {key: value for key, value in found.items() if key not in faults}, "", told


def _of_the_installation(
    found: Mapping[str, Any], folder: str | None, environment: Mapping[str, str]
) -> Iterator[EffectiveSetting]:
    faults = _faults(found, folder, environment)
    for name, model_field in Settings.model_fields.items():
        origin = origin_of(name, found, environment=environment)
        raw = _raw(name, found, folder, environment)
        if name in faults:
            yield EffectiveSetting(variable_of(name), None, origin, faults[name])
        elif name == "business":
            yield _business(origin, raw)
        elif raw is None:
            default = model_field.get_default(call_default_factory=True)
            yield EffectiveSetting(variable_of(name), _default(name, default), origin)
        else:
            yield EffectiveSetting(variable_of(name), _shown(name, raw), origin)


def _faults(found: Mapping[str, Any], folder: str | None, environment: Mapping[str, str]) -> Mapping[str, str]:
    given = {name: raw for name in Settings.model_fields if (raw := _raw(name, found, folder, environment)) is not None}
    try:
        _without_sources().model_validate(given)
    except ValidationError as error:
        return faults_of(error)
    return {}


def _without_sources() -> type[BaseModel]:
    """Make a model of the same fields that looks nowhere by itself."""
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in Settings.model_fields.items()}
    return create_model("Given", **fields)


def _raw(name: str, found: Mapping[str, Any], folder: str | None, environment: Mapping[str, str]) -> str | None:
    variable = variable_of(name)
    if given := environment.get(variable):
        return given
    if folder and (file := Path(folder) / variable.lower()).is_file():
        return file.read_text(encoding="utf-8", errors="replace").strip()
    return str(found[name]) if name in found else None


def _business(origin: str, raw: str | None) -> EffectiveSetting:
    name = variable_of("business")
    if raw is not None:
        return EffectiveSetting(name, raw, origin)
    try:
        kept = kept_business(home_folder())
    except InvalidInput as error:
        return EffectiveSetting(name, None, KEPT, error.message)
    return EffectiveSetting(name, kept, KEPT if kept else "default")


def _default(name: str, default: object) -> str | None:
    if name == "database_url":
        return f"sqlite:///{home_folder() / 'kvitt.db'}"
    if name == "secret_key":
        return str(home_folder() / "secret.key")
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else None if default in (None, "") else str(default)


def _shown(name: str, raw: str) -> str:
    if Settings.model_fields[name].annotation == SecretStr | None:
        return _HIDDEN
    return shown_url(raw) if name == "database_url" else raw


def _of_a_plugin(variable: str, found: Mapping[str, Any], environment: Mapping[str, str]) -> EffectiveSetting:
    key = key_of(variable)
    origin = origin_of(key, found, environment=environment)
    raw = environment_with(environment, {key: found[key]} if key in found else {}).get(variable) or None
    known = next(one for one in VARIABLES if one.name == variable)
    if raw is None:
        return EffectiveSetting(variable, known.default.strip("`"), origin)
    trouble = trouble_with(variable, raw)
    shown = _HIDDEN if known.secret else raw
    return EffectiveSetting(variable, None if trouble else shown, origin, trouble)


def _unknown(folder: str | None, environment: Mapping[str, str]) -> dict[str, str]:
    """Names like ours that nothing reads, each with the one that may have been meant."""
    known = [variable_of(name) for name in Settings.model_fields]
    known += [variable.name for variable in VARIABLES]
    known += _BEFORE_SETTINGS
    given = {name for name in environment if name.upper().startswith(PREFIX) and name not in known}
    if folder:
        in_folder = {
            file.name.upper() for file in Path(folder).iterdir() if file.name.lower().startswith(PREFIX.lower())
        }
        given |= in_folder - {variable_of(name) for name in Settings.model_fields}
    return {name: meant_by(name.upper(), known) for name in sorted(given)}
