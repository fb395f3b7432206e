"""`kvitt api-key`: the keys with which programs use the HTTP API."""

from typing import Annotated

import typer

from core.rights import Role
from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, print_table, say, show
from entrypoints.cli.paging import every
from entrypoints.cli.telling import moment
from entrypoints.documents import ApiKeyDocument


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who uses the key.")],
    business: Annotated[
        str | None, typer.Option("--business", metavar="NAME", help="The business the key is for.")
    ] = None,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="For every business and the installation itself.")
    ] = False,
    role: Annotated[str, typer.Option(metavar="ROLE", help="send (includes reading) or read.")] = "send",
    as_json: AsJson = False,
) -> int:
    """Create a key and show it once; it can't be read back.

    Standard output holds the key and nothing else.
    """
    if administrator == (business is not None):
        raise typer.BadParameter(
            "Say who the key is for: give one of the two.", param_hint="--business, --administrator"
        )
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
        if key.business:
            say(f'This is the key "{key.name}" for the business {key.business}; it may {key.role}.')
        else:
            say(f'This is the administrator key "{key.name}"; it may {key.role}.')
        say("It is shown only once: keep it safe.")
        say(f"Use it as: Authorization: Bearer {text[:5]}_...   Revoke it with: kvitt api-key revoke {key.prefix}")
    return ExitCode.DONE


def list_(as_json: AsJson = False) -> int:
    """List all keys by prefix, revoked ones too."""
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
        print_table(
            ["Prefix", "Name", "Business", "Role", "Made", "Last used", "Revoked"], rows, below=["Revoked", "Last used"]
        )
    else:
        say("There are no API keys yet. Create one with: kvitt api-key create NAME --administrator")
    return ExitCode.DONE


def revoke(
    prefix: Annotated[
        str, typer.Argument(metavar="PREFIX", help="The part of the key between kvitt_ and the next _; list shows it.")
    ],
    as_json: AsJson = False,
) -> int:
    """Revoke a key. Running servers notice within seconds."""
    with installation() as container:
        keys = container.manage_api_keys()
        key = keys.revoke(prefix)
        is_any_left = not key.is_administrator or any(
            one.is_administrator and one.revoked_at is None for one in every(keys.list, key=lambda one: one.prefix)
        )
    if as_json:
        print_json(ApiKeyDocument.of(key).document())
    else:
        show(f'The key "{key.name}" ({key.prefix}) is revoked.')
        if not is_any_left:
            say("No administrator's key is left. Create one with: kvitt api-key create NAME --administrator")
    return ExitCode.DONE
