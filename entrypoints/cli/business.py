"""`kvitt business`: connect businesses to their accounting systems."""

from pathlib import Path
from typing import Annotated

import typer

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson, existing
from entrypoints.cli.output import print_json, print_table, say, show

app = typer.Typer(help="Businesses, and how their books are reached.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The business's short name.")]


@app.command()
def add(
    name: Name,
    file: Annotated[
        Path,
        typer.Option("--file", callback=existing, help="The business as JSON; - is standard input."),
    ],
    as_json: AsJson = False,
) -> int:
    """Store a business, new or changed.

    Nobody is called: verify and the first send do that. Secrets that are left out of the file are kept.
    """
    from core.errors import InvalidInput
    from entrypoints.cli.installation import installation
    from entrypoints.cli.reading import read_object
    from entrypoints.documents import business_document
    from entrypoints.parsing import business_from

    document = read_object(file)
    if document.setdefault("name", name) != name:
        raise InvalidInput(
            f'The file is about another business than "{name}": its "name" is not the same.',
            code="name_differs",
            hint="Correct the name in one of the two places, or leave it out of the file.",
        )
    business = business_from(document)
    with installation() as container:
        stored = container.connect_business().store(business)
        shown = business_document(stored, container.systems())
    if as_json:
        print_json(shown)
    else:
        show(f"Stored business {stored.name}, with {stored.accounting.system}.")
        say(f"Next: kvitt business verify {stored.name}")
    return ExitCode.DONE


@app.command("list")
def list_(as_json: AsJson = False) -> int:
    """List the businesses."""
    from entrypoints.cli.installation import installation
    from entrypoints.cli.paging import every
    from entrypoints.documents import business_document

    with installation() as container:
        systems = container.systems()
        documents = [
            business_document(business, systems)
            for business in every(container.look_up().businesses, key=lambda business: business.name)
        ]
    if as_json:
        print_json(documents)
        return ExitCode.DONE
    rows = [
        [one["name"], one["accounting"]["system"], one["accounting"].get("account_name", ""), one["product_name"]]
        for one in documents
    ]
    if rows:
        print_table(["Name", "System", "Account", "Product"], rows)
    else:
        say("There are no businesses yet. Add one with: kvitt business add NAME --file FILE")
    return ExitCode.DONE


@app.command("show")
def show_(name: Name, as_json: AsJson = False) -> int:
    """Show a business's settings; secrets are left out."""
    from entrypoints.cli.installation import installation
    from entrypoints.cli.telling import business_lines
    from entrypoints.documents import business_document

    with installation() as container:
        document = business_document(container.look_up().business(name), container.systems())
    if as_json:
        print_json(document)
    else:
        for line in business_lines(document):
            show(line)
    return ExitCode.DONE


@app.command()
def verify(name: Name, as_json: AsJson = False) -> int:
    """Try the connection, writing nothing."""
    from entrypoints.cli.installation import installation
    from entrypoints.cli.telling import verification_lines

    with installation() as container:
        verification = container.verify_business().verify(name)
    if as_json:
        print_json(verification.model_dump(mode="json"))
    else:
        for line in verification_lines(verification):
            show(line)
    return ExitCode.DONE if verification.ok else ExitCode.NO_ACCESS
