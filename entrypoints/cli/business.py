"""`kvitt business`: connect businesses to their accounting systems."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.business_changes import StoredBusiness
from core.errors import Conflict, InvalidInput
from core.use_cases.connect_business import WOULD_RESET
from entrypoints.cli.assignments import Assignments, patch_of, system_in
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.export import write_export
from entrypoints.cli.installation import installation
from entrypoints.cli.options import STANDARD_INPUT, AsJson, existing
from entrypoints.cli.output import print_json, print_table, say, show
from entrypoints.cli.paging import every
from entrypoints.cli.reading import read_object
from entrypoints.cli.telling import business_lines, change_lines, verification_lines
from entrypoints.documents import BusinessDocument, StoredBusinessDocument
from entrypoints.language.at_hand import translated
from entrypoints.parsing import business_from
from entrypoints.preview_documents import Verification
from plugins.settings import settings_of

Name = Annotated[str, typer.Argument(metavar="NAME", help="The business's short name.")]


def add(
    name: Name,
    file: Annotated[
        Path,
        typer.Option("--file", callback=existing, help="The business as JSON; - is standard input."),
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put settings that the file leaves out back to their defaults unasked.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Add a business, or store one again as a whole.

    The connection is not tried yet: verify does that. Secrets left out of the file are kept. Other settings that are
    left out go back to their defaults, which has to be confirmed; set changes just what is named.
    """
    document = read_object(file)
    if document.setdefault("name", name) != name:
        raise InvalidInput(
            f'The file is for another business than "{name}": its "name" differs.',
            code="name_differs",
            hint="Correct one of the two names, or leave it out of the file.",
        )
    business = business_from(document)
    with installation() as container:
        connect = container.connect_business()
        try:
            stored = connect.store(business, may_reset=replace)
        except Conflict as refusal:
            if refusal.code != WOULD_RESET or not _is_reset_confirmed(refusal):
                raise
            stored = connect.store(business)
        shown = StoredBusinessDocument.of_stored(stored, container.systems()).document()
    if as_json:
        print_json(shown)
    else:
        _tell_stored(stored)
        say(f"Next: kvitt business verify {name}")
    return ExitCode.DONE


def set_(
    name: Name,
    assignments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUE]...",
            help="Settings as show --json names them: order_status=confirmed, vat_codes.25=3, "
            "accounting.username=...; KEY= puts one back to its default.",
            show_default=False,
        ),
    ] = None,
    prompt: Annotated[
        list[str] | None,
        typer.Option(
            "--prompt",
            metavar="KEY",
            help="Ask for this setting, such as accounting.password; a secret is not shown while it is typed.",
            show_default=False,
        ),
    ] = None,
    from_file: Annotated[
        list[str] | None,
        typer.Option(
            "--from-file",
            metavar="KEY=FILE",
            help="Read this setting from a file; - is standard input.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Change just the settings that are named.

    What has changed is shown. A secret is never given as KEY=VALUE: use --prompt or --from-file.
    """
    if not (assignments or prompt or from_file):
        raise typer.BadParameter("Say what to change: KEY=VALUE, --prompt KEY or --from-file KEY=FILE.")
    with installation() as container:
        system = system_in(assignments or ()) or container.look_up().business(name).accounting.system
        reading = Assignments(settings_of(container.systems().model(system)))
        given = [
            *(reading.given(assignment) for assignment in assignments or ()),
            *(reading.read(assignment) for assignment in from_file or ()),
            *(reading.asked(key) for key in prompt or ()),
        ]
        stored = container.connect_business().change(name, patch_of(given), read=business_from)
        shown = StoredBusinessDocument.of_stored(stored, container.systems()).document()
    if as_json:
        print_json(shown)
    else:
        _tell_stored(stored)
    return ExitCode.DONE


def _tell_stored(stored: StoredBusiness) -> None:
    business = stored.business
    if stored.is_new or stored.changes:
        show(f"Stored business {business.name}, with {business.accounting.system}.")
        for line in change_lines(stored.changes):
            show(line)
    else:
        show(f"Business {business.name} is as it was: nothing has changed.")


def _is_reset_confirmed(refusal: Conflict) -> bool:
    """Ask a person whether settings that are left out may go back to their defaults; where there is none, they stay."""
    if not sys.stdin.isatty():
        return False
    say("Settings that the file leaves out would go back to their defaults:")
    for fault in refusal.faults:
        say(f"  {fault.field} {fault.message}")
    return typer.confirm(translated("Store it like that?"), default=False, err=True)


def list_(as_json: AsJson = False) -> int:
    """List the businesses."""
    with installation() as container:
        systems = container.systems()
        documents = [
            BusinessDocument.of_business(business, systems).document()
            for business in every(container.look_up().businesses, key=lambda business: business.name)
        ]
    if as_json:
        print_json(documents)
        return ExitCode.DONE
    rows = [
        [
            document["name"],
            document["accounting"]["system"],
            document["accounting"].get("account_name", ""),
            document["product_name"],
        ]
        for document in documents
    ]
    if rows:
        print_table(["Name", "System", "Account", "Product"], rows)
    else:
        say("There are no businesses yet. Connect one with: kvitt connect NAME")
    return ExitCode.DONE


def show_(name: Name, as_json: AsJson = False) -> int:
    """Show a business's settings, without secrets."""
    with installation() as container:
        business = container.look_up().business(name)
        document = BusinessDocument.of_business(business, container.systems()).document()
    if as_json:
        print_json(document)
    else:
        for line in business_lines(document):
            show(line)
    return ExitCode.DONE


def verify(name: Name, as_json: AsJson = False) -> int:
    """Test a business's connection; writes nothing."""
    with installation() as container:
        verification = container.verify_business().verify(name)
    if as_json:
        print_json(Verification.of(verification).document())
    else:
        for line in verification_lines(verification):
            show(line)
    return ExitCode.DONE if verification.ok else ExitCode.NO_ACCESS


def export(
    name: Name,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            metavar="FILE|DIR",
            help="Where to write the JSON lines: a file (zipped if its name ends in .zip), a folder (as NAME.jsonl), "
            "or - for standard output.",
        ),
    ],
    as_json: AsJson = False,
) -> int:
    """Export all that is kept of a business, except its secrets.

    An earlier export with the same name is replaced once the new one is complete. docs/personal-data.md says what it
    holds.
    """
    with installation() as container:
        written = write_export(container.export_business().records(name), output, name=name)
    if output == STANDARD_INPUT:
        return ExitCode.DONE
    if as_json:
        print_json({"business": name, "file": str(written.file), "counts": written.counts})
    else:
        kinds = ", ".join(f"{kind} {number}" for kind, number in written.counts.items())
        show(f"Wrote {written.file}. Records of each kind: {kinds}.")
    return ExitCode.DONE


def erase(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Erase even if orders may exist that were not found yet.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Erase a business: its secrets and all personal data.

    Kept is which invoices were sent as which orders, and when, so that none is sent twice.
    """
    with installation() as container:
        container.erase_business().require_erasable(name, force=force)
        if not yes and not _is_confirmed(name):
            raise InvalidInput(
                f"The business {name} was not erased: you did not confirm it.",
                code="not_confirmed",
                hint="Type its name when asked, or give --yes.",
            )
        erasure = container.erase_business().erase(name, force=force)
    if as_json:
        print_json({"erased": True, **erasure.model_dump(mode="json")})
    else:
        show(f"Erased the business {name}.")
    if erasure.open_orders:
        say(f"Look for the orders of these invoices in the accounting system: {', '.join(erasure.open_orders)}")
    return ExitCode.DONE


def _is_confirmed(name: str) -> bool:
    """Ask a person; where there is none, nothing is confirmed."""
    if not sys.stdin.isatty():
        return False
    say(f"Erasing the business {name} can't be undone. Export it first if you may need its data (business export).")
    return bool(typer.prompt(translated("Type its name to confirm"), default="", show_default=False, err=True) == name)
