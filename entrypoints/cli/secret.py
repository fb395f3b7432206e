"""`kvitt secret`: the key that seals what businesses trust us with."""

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.installation import installation
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import how_many, print_json, say, show


def rotate(as_json: AsJson = False) -> int:
    """Seal all secrets with a new key.

    Running servers and workers follow by themselves. Broken off, it is gone on with by running it again. Where the
    operator gives the keys (KVITT_SECRET_KEY) everything is sealed with the first of them.
    """
    with installation() as container:
        rotation = container.rotate_secret().rotate()
    if as_json:
        print_json(rotation.model_dump(mode="json"))
    else:
        show(f"Sealed anew: the secrets of {how_many(rotation.resealed, 'row')}.")
        if rotation.given and not rotation.unreadable:
            say("They are sealed with the first key of KVITT_SECRET_KEY now. When every server and worker was started")
            say("with that key first, run this once more; then take the other keys out.")
        elif not rotation.given:
            show(f"Dropped from secret.key: {how_many(rotation.dropped_keys, 'old key')}.")
    for business in rotation.unreadable:
        say(f"No key opens what is kept of the business {business}: give the key back that sealed it and run this once")
        say("more, or store its connection anew (business add).")
    return ExitCode.REFUSED if rotation.unreadable else ExitCode.DONE
