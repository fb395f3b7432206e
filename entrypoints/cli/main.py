"""The `kvitt` command: all commands put together, and every error turned into a message and an exit code."""

import gc
import io
import os
import sys
import traceback
from collections.abc import Sequence

import typer

from core.errors import InvalidInput, KvittError, Outcome
from entrypoints.cli.commands import KVITT
from entrypoints.cli.exit_codes import ExitCode, code_of_error
from entrypoints.cli.help import translate_help
from entrypoints.cli.output import print_json, say, say_error, use_safe_encoding
from entrypoints.language.at_hand import language_of_environment, speaking

_NOT_TEXT = InvalidInput("An argument is not valid UTF-8.", code="usage", hint="Give it again in UTF-8.")
translate_help()

_GARBAGE = 20_000
"""So many objects are made before the collector looks for garbage. What a command loads is none: to look through it
every 700 objects takes an eighth of the time in which a server starts."""

_INTERRUPTED = 130  # what shells expect of a command that was stopped by Ctrl-C


def main() -> None:
    """Run the command line of this process."""
    gc.set_threshold(_GARBAGE)
    use_safe_encoding()
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; without this the interpreter complains when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.REFUSED
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command, in the language that KVITT_LANGUAGE names, and return its exit code."""
    as_json = _wants_json(arguments)
    try:
        language = language_of_environment()
    except KvittError as error:
        _report(error, as_json=as_json)
        return code_of_error(error)
    with speaking(language):
        return _run(arguments, as_json=as_json)


def _run(arguments: Sequence[str], *, as_json: bool) -> int:
    try:
        code = KVITT.main(args=list(arguments), prog_name="kvitt", standalone_mode=False)
    except KvittError as error:
        _report(error, as_json=as_json)
        return code_of_error(error)
    except typer.TyperException as error:  # the command line itself is wrong
        if as_json:
            usage = InvalidInput(error.format_message(), code="usage", hint="See the command's --help.")
            _report(usage, as_json=True)
        _show_usage(error)
        return ExitCode.USAGE
    except (KeyboardInterrupt, typer.Abort):
        say("Interrupted.")
        return _INTERRUPTED
    except BrokenPipeError:
        raise
    except UnicodeEncodeError as error:
        # Bytes that are not UTF-8 come as lone surrogates, which nothing can store or compare.
        not_text = not all(_is_text(argument) for argument in arguments)
        _report(_NOT_TEXT if not_text else _own_failure(error), as_json=as_json)
        return ExitCode.USAGE if not_text else ExitCode.REFUSED
    except Exception as error:  # noqa: BLE001 - the last resort: nothing of it may reach a terminal unasked
        if os.environ.get("KVITT_DEBUG"):
            say(_trace(error))
        _report(_own_failure(error), as_json=as_json)
        return ExitCode.REFUSED
    return int(code or ExitCode.DONE)


def _is_text(argument: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in argument)


def _wants_json(arguments: Sequence[str]) -> bool:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def _report(error: KvittError, *, as_json: bool) -> None:
    if as_json:
        from entrypoints.problem import problem_document

        print_json(problem_document(error))
    else:
        say_error(error)


def _show_usage(error: typer.TyperException) -> None:
    show = getattr(error, "show", None)  # typer does not export the class that has it
    if show is None:
        say(error.format_message())
    else:
        shown = io.StringIO()
        show(file=shown)
        for line in shown.getvalue().rstrip("\n").splitlines():
            say(line)  # one by one: each is a sentence to itself


def _trace(error: BaseException) -> str:
    """Tell kinds of exceptions and the lines they passed, and no message: it may hold what is secret or personal."""
    before = error.__cause__ or error.__context__
    earlier = f"{_trace(before)}\nand then:\n" if before else ""
    lines = "".join(traceback.format_tb(error.__traceback__))
    return f"{earlier}{lines}{type(error).__module__}.{type(error).__qualname__}"


def _own_failure(error: Exception) -> KvittError:
    """Name the kind of exception only: its text may hold what is secret or personal."""
    return KvittError(
        f"Kvitt itself failed ({type(error).__name__}).",
        code="internal_error",
        hint="Report this with what you did. KVITT_DEBUG=1 shows where it failed.",
        outcome=Outcome.UNKNOWN,
    )
