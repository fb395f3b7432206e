"""`kvitt api-key`: the keys with which programs use the HTTP API."""

from typing import Annotated

import typer

from core.api_key import Role
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, print_table, say, show
from entrypoints.cli.paging import every
from entrypoints.cli.telling import moment
from entrypoints.documents import ApiKeyDocument


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Says who uses the key.")],
    business: Annotated[
        str | None, typer.Option("--business", metavar="NAME", help="The business that the key is for.")
    ] = None,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="For every business, and for the installation itself.")
    ] = False,
    role: Annotated[str, typer.Option(metavar="ROLE", help="send (which may read too), or read.")] = "send",
    as_json: AsJson = False,
) -> int:
    """Make a key, and show it this once: it can't be read back.

    The key alone is printed to standard output.
    """
    if administrator == (business is not None):
        raise typer.BadParameter("Say whom the key is for: one of the two.", param_hint="--business, --administrator")
    try:
        wanted = Role(role)
    except ValueError:
        raise typer.BadParameter(f"choose one of {', '.join(Role)}.", param_hint="--role") from None
    with installation() as container:
        key, text = container.manage_api_keys().create(name, business=business, role=wanted)
    if as_json:
        print_json({**ApiKeyDocument.of(key).document(), "key": text})
    else:
        show(text)
        whose = f"of the business {key.business}" if key.business else "of an administrator"
        say(f'This is the key "{key.name}", {whose}, to {key.role}. It is shown this once: keep it where secrets are.')
        say(f"Use it as: Authorization: Bearer {text[:5]}_...   Take it back with: kvitt api-key revoke {key.prefix}")
    return ExitCode.DONE


def list_(as_json: AsJson = False) -> int:
    """List the keys, those that were revoked too, by their prefixes."""
    with installation() as container:
        keys = list(every(container.manage_api_keys().list, key=lambda key: key.prefix))
    if as_json:
        print_json([ApiKeyDocument.of(key).document() for key in keys])
    elif keys:
        rows = [
            [
                key.prefix,
                key.name,
                key.business or "(administrator)",
                key.role.value,
                moment(key.created_at),
                moment(key.last_used_at) if key.last_used_at else "never",
                moment(key.revoked_at) if key.revoked_at else "",
            ]
            for key in keys
        ]
        print_table(["Prefix", "Name", "Business", "Role", "Made", "Last used", "Revoked"], rows)
    else:
        say("There are no API keys yet. Make one with: kvitt api-key create NAME --administrator")
    return ExitCode.DONE


def revoke(
    prefix: Annotated[
        str, typer.Argument(metavar="PREFIX", help="The part of the key between kvitt_ and the next _; see list.")
    ],
    as_json: AsJson = False,
) -> int:
    """Have a key open nothing any more. A server that runs notices within some seconds."""
    with installation() as container:
        key = container.manage_api_keys().revoke(prefix)
    if as_json:
        print_json(ApiKeyDocument.of(key).document())
    else:
        show(f'The key "{key.name}" ({key.prefix}) is revoked.')
    return ExitCode.DONE
