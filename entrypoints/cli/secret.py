"""`kvitt secret`: the key that seals what businesses trust us with."""

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import how_many, print_json, say, show


def rotate(as_json: AsJson = False) -> int:
    """Encrypt all secrets with a new key.

    Running servers and workers pick it up by themselves. If it is interrupted, run it again. If you set
    KVITT_SECRET_KEY, everything is encrypted with its first key.
    """
    with installation() as container:
        rotation = container.rotate_secret().rotate()
    lost = [*rotation.unreadable, *rotation.unreadable_webhooks]
    if as_json:
        print_json(rotation.model_dump(mode="json"))
    else:
        show(f"Encrypted with the new key: the secrets of {how_many(rotation.resealed, 'row')}.")
        if rotation.given and not lost:
            say(
                "They are now encrypted with the first key in KVITT_SECRET_KEY. Once each server and worker has started"
            )
            say("with that key first, run this once more; then remove the other keys.")
        elif not rotation.given:
            show(f"Removed from secret.key: {how_many(rotation.dropped_keys, 'old key')}.")
    for business in rotation.unreadable:
        say(f"No key decrypts the secrets of the business {business}: restore the key that encrypted them and run this")
        say("again, or store its connection again (business add).")
    for webhook in rotation.unreadable_webhooks:
        say(f"No key decrypts the secrets of the webhook {webhook}: restore the key that encrypted them and run this")
        say("again, or remove the webhook and add it anew.")
    return ExitCode.REFUSED if lost else ExitCode.DONE
