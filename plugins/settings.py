"""What a plugin's model of a connection says of its settings."""

from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

DECIDES_BOOKS = "decides_books"


@dataclass(frozen=True)
class Setting:
    """One setting under `accounting`, as the plugin's model declares it.

    `label` is what a person's form calls it: the field's title, or its name as words.
    """

    name: str
    label: str
    required: bool
    secret: bool
    description: str


def settings_of(model: type[BaseModel]) -> list[Setting]:
    """Return a connection's settings, in the order in which the model has them."""
    secrets = secret_names(model)
    return [
        Setting(
            name=name,
            label=field.title or name.replace("_", " ").capitalize(),
            required=field.is_required(),
            secret=name in secrets,
            description=" ".join((field.description or "").split()),
        )
        for name, field in model.model_fields.items()
    ]


def secret_names(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of the settings that are secrets."""
    return frozenset(name for name, field in model.model_fields.items() if _is_secret(field.annotation))


def deciding_books(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of the settings that decide which books a connection leads to.

    Every setting that is no secret does, unless the model says otherwise of it:
    `Field(json_schema_extra={"decides_books": False})`, or True of a secret.
    """
    secrets = secret_names(model)
    return frozenset(
        name for name, field in model.model_fields.items() if _said_to_decide(field, otherwise=name not in secrets)
    )


def _said_to_decide(field: FieldInfo, *, otherwise: bool) -> bool:
    said = field.json_schema_extra
    return bool(said.get(DECIDES_BOOKS, otherwise)) if isinstance(said, dict) else otherwise


def _is_secret(annotation: Any) -> bool:
    """Whether a field is a SecretStr, also as one of several possibilities (`SecretStr | None`)."""
    if isinstance(annotation, type) and issubclass(annotation, (SecretStr, SecretBytes)):
        return True
    return any(_is_secret(part) for part in get_args(annotation))
