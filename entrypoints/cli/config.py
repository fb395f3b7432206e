"""`kvitt config`: which settings count, and where each comes from."""

from entrypoints.cli.exit_codes import ExitCode
from entrypoints.cli.options import AsJson
from entrypoints.cli.output import print_json, print_table, say, show
from entrypoints.effective_settings import EffectiveSetting, EffectiveSettings, effective_settings

_DEFAULT = "default"


def config(as_json: AsJson = False) -> int:
    """Show the settings, and where each comes from. Secrets are not shown.

    A variable goes before a file in KVITT_SECRETS_DIR, and both go before KVITT_HOME/kvitt.toml. Exit code 1: a setting
    can't be used.
    """
    found = effective_settings()
    if as_json:
        print_json(_document(found))
    else:
        print_table(["Setting", "Value", "From"], [_row(setting) for setting in found.settings])
        show("A setting with no source has its default.")
        show(f"Settings file: {found.file}{'' if found.file.is_file() else ' (there is none)'}")
        for trouble in _troubles(found):
            say(trouble)
    return ExitCode.DONE if found.ok else ExitCode.REFUSED


def _row(setting: EffectiveSetting) -> list[str]:
    value = "can't be used" if setting.trouble else "" if setting.value is None else setting.value
    return [setting.name, value, "" if setting.origin == _DEFAULT else setting.origin]


def _troubles(found: EffectiveSettings) -> list[str]:
    wrong = [
        f"{setting.name} ({setting.origin}) can't be used: {setting.trouble.removesuffix('.')}."
        for setting in found.settings
        if setting.trouble
    ]
    unknown = [
        f"{name} is not a setting of Kvitt's: did you mean {meant}?"
        if meant
        else f"{name} is not a setting of Kvitt's; perhaps a plugin of another's reads it."
        for name, meant in found.unknown.items()
    ]
    return [*filter(None, [found.file_trouble]), *found.troubles, *wrong, *unknown]


def _document(found: EffectiveSettings) -> dict[str, object]:
    return {
        "settings": [
            {
                "name": setting.name,
                "value": setting.value,
                "from": setting.origin,
                **({"trouble": setting.trouble} if setting.trouble else {}),
            }
            for setting in found.settings
        ],
        "file": str(found.file),
        "troubles": [*filter(None, [found.file_trouble]), *found.troubles],
        "unknown": [{"name": name, "meant": meant or None} for name, meant in found.unknown.items()],
        "ok": found.ok,
    }
