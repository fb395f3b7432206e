"""The operator's settings, read once from the environment and from files of secrets."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import InvalidInput
from core.timeline import SETTLED_FOR_CERTAIN
from entrypoints.language.at_hand import Language

_Level = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)]


class Settings(BaseSettings):
    """What an installation is told through `KVITT_...` variables; docs/settings.md is written from the descriptions."""

    model_config = SettingsConfigDict(env_prefix="KVITT_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(
        default_factory=lambda: Path.home() / ".kvitt",
        description="the data folder; one that others may write to is refused",
    )
    database_url: str | None = Field(
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
    follow_up_seconds: float = Field(
        default=0,
        ge=0,
        description="how often workers ask by themselves whether open orders were paid; 0 is never",
    )
    requests_per_minute: int = Field(
        default=600, ge=0, description="how many requests an API key may make of one server, on average; 0 is no limit"
    )
    trusted_proxies: str = Field(
        default="",
        description="the addresses, separated by commas, of the proxies that are believed about where callers are",
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
    def given_key(self) -> str | None:
        """The secret key, in the clear, when the operator gave one."""
        return self.secret_key.get_secret_value() if self.secret_key else None

    @property
    def settling(self) -> timedelta:
        """`settling_seconds` as a length of time by the installation's clock, on whichever machine it ends."""
        return timedelta(seconds=self.settling_seconds) * SETTLED_FOR_CERTAIN

    @property
    def stop_patience(self) -> timedelta:
        """`stop_seconds` as a length of time."""
        return timedelta(seconds=self.stop_seconds)

    @property
    def follow_up(self) -> timedelta:
        """`follow_up_seconds` as a length of time."""
        return timedelta(seconds=self.follow_up_seconds)

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


def read_settings() -> Settings:
    """Read the environment, and the files of the folder that KVITT_SECRETS_DIR names.

    There a file `kvitt_database_url` holds what the variable of that name would; the variable goes before it.
    Errors: InvalidInput, naming the variables that are wrong but not their values.
    """
    folder = os.environ.get("KVITT_SECRETS_DIR") or None
    if folder and not Path(folder).is_dir():
        raise InvalidInput(
            f"The settings can't be used. KVITT_SECRETS_DIR: there is no folder {folder}.",
            code="bad_settings",
            hint="Correct this environment variable.",
        )
    try:
        return Settings(_secrets_dir=folder)
    except ValidationError as error:
        wrong = "; ".join(f"KVITT_{fault['loc'][0]}".upper() + f": {fault['msg']}" for fault in error.errors())
        raise InvalidInput(
            f"The settings can't be used. {wrong}", code="bad_settings", hint="Correct these environment variables."
        ) from None
