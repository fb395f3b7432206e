"""The operator's settings, read once: from the environment, files of secrets and the settings file."""

import os
import re
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from core.endpoint_address import Reach, networks_in
from core.errors import InvalidInput
from core.notice_address import addresses_in
from core.timeline import SETTLED_FOR_CERTAIN
from entrypoints.language.at_hand import Language
from entrypoints.settings_file import FILE_NAME, environment_with, key_of, read_file, settings_in, variable_of

SECRETS_DIR = "KVITT_SECRETS_DIR"


def _in_lower_case(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _postgresql(url: str | None) -> str | None:
    """Take the scheme that hosting services write for the one that libraries know."""
    return f"postgresql://{url.removeprefix('postgres://')}" if url and url.startswith("postgres://") else url


def _networks(text: str) -> str:
    networks_in(text)
    return text


def _issuer(address: str) -> str:
    parts = urlsplit(address)
    if address and not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise ValueError("it should be an https address")
    return address


_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def _time_of_day(value: object) -> object:
    """Read a time as people write it: 7:00 as well as 07:00."""
    if not isinstance(value, str):
        return value
    if (found := _TIME.fullmatch(value.strip())) is None:
        raise ValueError("it should be a time such as 07:00")
    return time(int(found[1]), int(found[2]))


_Level = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_in_lower_case)]


def _usual_home() -> Path:
    return Path.home() / ".kvitt"


class Settings(BaseSettings):
    """What an installation is told through `KVITT_...` variables; docs/settings.md is written from the descriptions."""

    model_config = SettingsConfigDict(env_prefix="KVITT_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(
        default_factory=_usual_home,
        description="the data folder; one that others may write to is refused",
    )
    business: str | None = Field(
        default=None,
        description="the business that commands are about when `--business` names none; goes before `kvitt use`",
    )
    database_url: Annotated[str | None, AfterValidator(_postgresql)] = Field(
        default=None, repr=False, description="the database, `postgresql://...` or `sqlite:///...`"
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="the key (Fernet) that seals secrets; several, separated by commas, during a rotation: the first"
        " seals, all open",
    )
    settling_seconds: float = Field(
        default=120, ge=0, description="how long a call may still be running at the accounting system after it began"
    )
    lease_seconds: float = Field(
        default=220,
        gt=0,
        description="how long a worker holds a business at a time; longer than the longest call and what is read back"
        " after it",
    )
    retry_first_seconds: float = Field(
        default=2, gt=0, description="the first wait before a transfer is tried again; it doubles from there"
    )
    retry_longest_seconds: float = Field(
        default=900, gt=0, description="the longest wait before a transfer is tried again"
    )
    give_up_after_seconds: float = Field(
        default=2 * 24 * 3600,
        gt=0,
        description="how long a transfer is tried again by itself before a person is asked",
    )
    chunk_size: int = Field(
        default=100, ge=1, le=1000, description="how many orders or customers are written with one call, at most"
    )
    worker_threads: int = Field(default=4, ge=1, le=64, description="how many businesses a worker works on at once")
    sweep_seconds: float = Field(
        default=2, gt=0, description="how often a worker looks for what is due and nobody works on"
    )
    stop_seconds: float = Field(
        default=120, ge=0, description="how long a process may take to stop; what hangs then is left to the next"
    )
    follow_up_seconds: float | None = Field(
        default=None,
        ge=0,
        description="how often workers ask by themselves whether open orders were paid; 0 is never",
    )
    notify: SecretStr | None = Field(
        default=None,
        description="where people are told of what needs them, in any business: addresses of Slack, Teams, e-mail and"
        " others, with spaces between them ([Notices](notices.md))",
    )
    notify_summary: Annotated[time | None, BeforeValidator(_time_of_day)] = Field(
        default=None,
        description="at what time in Norway it is summed up there what was sent and paid and what waits for a person",
    )
    requests_per_minute: int = Field(
        default=600, ge=0, description="how many requests an API key may make of one server, on average; 0 is no limit"
    )
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] = Field(
        default="",
        description="the OpenID Connect provider by which users may sign in to the console, together with the next two"
        " ([Access](access.md#openid-connect))",
    )
    oidc_client_id: str = Field(default="", description="what that provider knows Kvitt by")
    oidc_client_secret: SecretStr | None = Field(default=None, description="the secret that belongs to it")
    trusted_proxies: str = Field(
        default="",
        description="the addresses, separated by commas, of the proxies that are believed about where callers are",
    )
    webhook_allowed_networks: Annotated[str, AfterValidator(_networks)] = Field(
        default="",
        description="networks, separated by commas, to which events may be sent besides what is public, such as"
        " `10.1.0.0/16`; without encryption they are sent nowhere else",
    )
    keep_invoices_days: int = Field(
        default=2200,
        ge=0,
        le=36500,
        description="how long what an invoice says is kept after its transfer has ended (or, never sent, after its"
        " issue date); 0 is for ever",
    )
    keep_details_days: int = Field(
        default=400,
        ge=0,
        le=36500,
        description="how long stories, status checks but the latest, and batches are kept; 0 is for ever",
    )
    language: Annotated[Language, BeforeValidator(str.lower)] = Field(
        default=Language.ENGLISH,
        description="the language of the command line, and of HTTP where a request names none (Accept-Language)",
    )
    log_level: _Level = Field(default="info", description="what `serve` and `worker` log")
    log_format: Literal["json", "text"] | None = Field(default=None, description="how `serve` and `worker` log")
    log_vendor_texts: bool = Field(
        default=False,
        description="also log what an accounting system says of its faults, cleaned of secrets; it may be personal",
    )
    metrics_host: str = Field(default="127.0.0.1", description="the address on which `kvitt worker` shows its figures")
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, description="the port on which `kvitt worker` shows its figures to Prometheus"
    )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the settings file last: it is in the folder that the others name."""
        before = (init_settings, env_settings, file_secret_settings)
        home = next((named for source in before if (named := source().get("home"))), None)
        found = settings_in(Path(home) if home else _usual_home(), known=file_keys)
        own = {key: value for key, value in found.items() if key in cls.model_fields}
        return (*before, InitSettingsSource(settings_cls, own))

    @property
    def database(self) -> str:
        """The database's URL; by default an SQLite file in the home folder."""
        return self.database_url or f"sqlite:///{self.home / 'kvitt.db'}"

    @property
    def written_folders(self) -> tuple[Path, ...]:
        """The folders that are written to: the home, and that of an SQLite file elsewhere."""
        file = self.database.removeprefix("sqlite:///")
        elsewhere = (Path(file).parent,) if file != self.database else ()
        return tuple(dict.fromkeys((self.home, *elsewhere)))

    @property
    def turns_database(self) -> str:
        """The URL of the database in which DBOS keeps the turns: PostgreSQL's is ours, SQLite's a file of its own."""
        if self.database.startswith("sqlite"):
            return f"sqlite:///{self.home / 'turns.db'}"
        return self.database

    @property
    def given_oidc_secret(self) -> str:
        """The secret that the OpenID Connect provider knows; "" where there is none."""
        return self.oidc_client_secret.get_secret_value() if self.oidc_client_secret else ""

    @property
    def given_key(self) -> str | None:
        """The secret key, in the clear, when the operator gave one."""
        return self.secret_key.get_secret_value() if self.secret_key else None

    @property
    def notify_addresses(self) -> tuple[str, ...]:
        """Where the operator's people are told, in the clear."""
        return addresses_in(self.notify.get_secret_value()) if self.notify else ()

    @property
    def sum_up_at(self) -> time | None:
        """`notify_summary` as a time in Norway, whatever zone it names."""
        return self.notify_summary.replace(tzinfo=None) if self.notify_summary else None

    @property
    def settling(self) -> timedelta:
        """`settling_seconds` as a length of time by the installation's clock, on whichever machine it ends."""
        return timedelta(seconds=self.settling_seconds) * SETTLED_FOR_CERTAIN

    @property
    def stop_patience(self) -> timedelta:
        """`stop_seconds` as a length of time."""
        return timedelta(seconds=self.stop_seconds)

    @property
    def webhook_reach(self) -> Reach:
        """What may be reached with events, by `webhook_allowed_networks`."""
        return Reach(networks_in(self.webhook_allowed_networks))

    @property
    def follow_up(self) -> timedelta | None:
        """`follow_up_seconds` as a length of time; None where the operator says nothing."""
        return None if self.follow_up_seconds is None else timedelta(seconds=self.follow_up_seconds)

    @property
    def keep_invoices(self) -> timedelta:
        """`keep_invoices_days` as a length of time."""
        return timedelta(days=self.keep_invoices_days)

    @property
    def keep_details(self) -> timedelta:
        """`keep_details_days` as a length of time."""
        return timedelta(days=self.keep_details_days)

    @property
    def lease(self) -> timedelta:
        """`lease_seconds` as a length of time."""
        return timedelta(seconds=self.lease_seconds)


def file_keys() -> frozenset[str]:
    """Return the keys that the settings file may have: the installation's settings, and those of our own plugins."""
    from plugins.variables import VARIABLES  # what it imports is needed anyway where plugins are

    return frozenset({*Settings.model_fields, *(key_of(variable.name) for variable in VARIABLES)})


def plugins_environment(home: Path, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment as plugins read it: with the settings file's word where no variable has one."""
    theirs = {key: value for key, value in read_file(home).items() if key not in Settings.model_fields}
    return environment_with(environment, theirs)


def read_settings() -> Settings:
    """Read the environment, the files of the folder that KVITT_SECRETS_DIR names, and the settings file.

    In that folder a file `kvitt_database_url` holds what the variable of that name would. A variable goes before such
    a file, and both before the settings file.
    Errors: InvalidInput, naming the variables, or the file and its keys, that are wrong but not their values.
    """
    try:
        return Settings(_secrets_dir=secrets_folder())
    except ValidationError as error:
        faults = faults_of(error)
        wrong = "; ".join(f"{_place_of(name)}: {fault}" for name, fault in faults.items())
        raise InvalidInput(
            f"The settings can't be used. {wrong}", code="bad_settings", hint="Correct them: kvitt config shows all."
        ) from None


def secrets_folder() -> str | None:
    """Return the folder whose files are settings, where one is named.

    Errors: InvalidInput, code `bad_settings`, when it is not there.
    """
    folder = os.environ.get(SECRETS_DIR) or None
    if folder and not Path(folder).is_dir():
        raise InvalidInput(
            f"The settings can't be used. {SECRETS_DIR}: there is no folder {folder}.",
            code="bad_settings",
            hint="Correct this environment variable.",
        )
    return folder


def faults_of(error: ValidationError) -> dict[str, str]:
    """Return what is wrong with settings, by their names in the model; no value is in it."""
    return {str(fault["loc"][0]).lower(): _plainly(fault["msg"]) for fault in error.errors()}


def _plainly(message: str) -> str:
    """Put a validator's message as it would be said of a setting."""
    said = message.removeprefix("Value error, ").partition(", unable to parse")[0]
    return said.replace("Input should", "it should")


def origin_of(name: str, found: Mapping[str, Any], *, environment: Mapping[str, str] = os.environ) -> str:
    """Return where a setting's value is from: `environment`, `secrets folder`, `settings file` or `default`.

    `found` is what the settings file holds.
    """
    variable = variable_of(name)
    if environment.get(variable):
        return "environment"
    folder = environment.get(SECRETS_DIR)
    if folder and name in Settings.model_fields and (Path(folder) / variable.lower()).is_file():
        return "secrets folder"
    return "settings file" if name in found else "default"


def home_folder() -> Path:
    """Return the data folder, whatever else is wrong with the settings."""
    named = os.environ.get(variable_of("home"))
    return Path(named) if named else _usual_home()


def _place_of(name: str) -> str:
    home = home_folder()
    try:
        found = read_file(home)
    except InvalidInput:
        found = {}
    in_file = origin_of(name, found) == "settings file"
    return f'"{name}" in {home / FILE_NAME}' if in_file else variable_of(name)
