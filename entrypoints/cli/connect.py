"""`kvitt connect`: asks a person for what connects a business, and tries it."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.business import Business
from core.errors import AccessRefused, InvalidInput, KvittError, NotFound, TryAgain, UnknownAccount
from entrypoints.cli.exit_codes import ExitCode, code_of_error
from entrypoints.cli.installation import installation
from entrypoints.cli.output import say, say_error, show
from entrypoints.cli.telling import change_lines, verification_lines
from entrypoints.connecting import store_answers
from entrypoints.language.at_hand import translated
from entrypoints.parsing import business_from
from plugins.settings import Setting, settings_of

if TYPE_CHECKING:
    from entrypoints.container import Container

_ACCOUNT_NAME = "account_name"


def connect(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="The business's short name; asked for if left out.", show_default=False),
    ] = None,
) -> int:
    """Connect a business by answering questions.

    The connection is tried at the end. Ctrl-C ends it with nothing stored. A business that is connected already can be
    asked about again: Enter keeps what is stored.
    """
    if not sys.stdin.isatty():
        raise typer.BadParameter("There is no terminal to ask at: use kvitt business add NAME --file FILE.")
    name = name or str(typer.prompt(translated("Short name for the business, such as fjell"), err=True)).strip()
    business_from({"name": name, "accounting": {"system": "any"}})  # a name that can't be is said before all else
    with installation() as container:
        return _Interview(container, name).connect()


class _Interview:
    """The questions about one business, and what was answered so far; secrets are kept here alone until stored."""

    def __init__(self, container: "Container", name: str) -> None:
        self._container = container
        self._name = name
        self._stored = self._read_stored()
        self._kept = dict(container.systems().shown(self._stored.accounting)) if self._stored else {}
        self._answers: dict[str, str] = {}
        self._system = ""

    def connect(self) -> int:
        """Ask, store and try, until the connection works or the person leaves it; return the exit code."""
        self._system = self._choose_system()
        if self._stored and self._stored.accounting.system != self._system:
            self._stored, self._kept = None, {}
        self._ask(settings_of(self._container.systems().model(self._system)))
        product = self._ask_text("Product that rows are booked as", self._named("product_name"))
        category = self._ask_text("Product category", self._named("category_name"))
        while True:
            try:
                self._store(product, category)
                return self._verify()
            except (InvalidInput, AccessRefused, TryAgain) as error:
                say_error(error)
                if not self._is_mended(error):
                    return code_of_error(error)

    def _read_stored(self) -> Business | None:
        try:
            return self._container.look_up().business(self._name)
        except NotFound:
            return None

    def _choose_system(self) -> str:
        names: Sequence[str] = self._container.systems().names
        stored = self._stored.accounting.system if self._stored else None
        say("Accounting systems:")
        return names[_chosen("Which one?", names, default=names.index(stored) if stored in names else 0)]

    def _ask(self, settings: Sequence[Setting]) -> None:
        """Ask for these settings of the connection. Nothing typed keeps what was answered or stored before."""
        for setting in settings:
            say(f"  {setting.description}")
            earlier = self._answers.get(setting.name, self._kept.get(setting.name))
            is_kept = setting.secret and (setting.name in self._answers or self._stored is not None)
            answer = _typed(setting, earlier, is_kept=is_kept)
            if answer:
                self._answers[setting.name] = answer

    def _ask_text(self, question: str, default: str) -> str:
        return str(typer.prompt(translated(question), default=default, err=True)).strip()

    def _named(self, field: str) -> str:
        return str(getattr(self._stored, field) if self._stored else Business.model_fields[field].default)

    def _store(self, product: str, category: str) -> None:
        document: dict[str, Any] = {
            "accounting": {"system": self._system, **self._answers},
            "product_name": product,
            "category_name": category,
        }
        stored = store_answers(self._container.connect_business(), self._container.look_up(), self._name, document)
        if stored.is_new:
            show(f"Stored business {self._name}, with {self._system}.")
        for line in change_lines(stored.changes):
            show(line)

    def _verify(self) -> int:
        say("Trying the connection ...")
        verification = self._container.verify_business().verify(self._name)
        for line in verification_lines(verification):
            show(line)
        if not verification.ok:
            say(f"When the rights are granted: kvitt business verify {self._name}")
            return ExitCode.NO_ACCESS
        say(f"Next: kvitt invoice add FILE --business {self._name}")
        return ExitCode.DONE

    def _is_mended(self, error: KvittError) -> bool:
        """Let the person mend what stood in the way; False where it is left for later."""
        settings = settings_of(self._container.systems().model(self._system))
        if isinstance(error, UnknownAccount) and error.similar:
            say("Companies with a similar name:")
            choices = [*error.similar, translated("another name")]
            place = _chosen("Which one?", choices, default=0)
            if place < len(error.similar):
                self._answers[_ACCOUNT_NAME] = error.similar[place]
                return True
            self._ask([setting for setting in settings if setting.name == _ACCOUNT_NAME])
            return True
        if not typer.confirm(translated("Correct the answers and try again?"), default=True, err=True):
            if self._read_stored():
                say(f"The business stays stored. Later: kvitt connect {self._name}")
            return False
        if not isinstance(error, TryAgain):
            self._ask(settings)
        return True


def _typed(setting: Setting, earlier: str | None, *, is_kept: bool) -> str:
    """Ask for one setting, again where it is required and nothing was typed."""
    if not setting.secret:
        question = setting.name if setting.required else f"{setting.name} ({translated('Enter leaves it out')})"
        default = earlier if earlier is not None else (None if setting.required else "")
        return str(typer.prompt(question, default=default, show_default=bool(default), err=True)).strip()
    question = f"{setting.name} ({translated('Enter keeps it')})" if is_kept else setting.name
    default = "" if is_kept or not setting.required else None
    return str(typer.prompt(question, default=default, show_default=False, hide_input=True, err=True))


def _chosen(question: str, choices: Sequence[str], *, default: int) -> int:
    """Ask for one of several by its number; return its place. A single one is not asked about."""
    for number, choice in enumerate(choices, start=1):
        say(f"  {number}  {choice}")
    if len(choices) == 1:
        return 0
    while True:
        typed = str(typer.prompt(translated(question), default=str(default + 1), err=True)).strip()
        if typed.isdecimal() and 1 <= int(typed) <= len(choices):
            return int(typed) - 1
        say(f"Type a number from 1 to {len(choices)}.")
