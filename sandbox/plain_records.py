"""Write records as what JSON has a form for, and read them again.

What JSON has no form for is written as an object with one field that starts with a dollar sign: a record by its class.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_TEXTS: Mapping[str, Callable[[str], Any]] = {
    "$decimal": Decimal,
    "$instant": datetime.fromisoformat,
    "$date": date.fromisoformat,
}


def written(value: Any) -> Any:
    """Write a value so that `read_back` gives the very same."""
    if is_dataclass(value) and not isinstance(value, type):
        told = {field.name: getattr(value, field.name) for field in fields(value)}
        return {f"${type(value).__name__}": written(told)}
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: written(part) for key, part in value.items()}
        return {"$pairs": [[written(key), written(part)] for key, part in value.items()]}
    if isinstance(value, list | tuple):
        return [written(part) for part in value]
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    return value


def read_back(plain: Any, records: Mapping[str, Callable[..., Any]]) -> Any:
    """Read what was written; `records` makes each kind of record, by the name of its class."""
    if isinstance(plain, list):
        return [read_back(part, records) for part in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) == 1:
        ((name, content),) = plain.items()
        if name in _TEXTS:
            return _TEXTS[name](content)
        if name == "$pairs":
            return {read_back(key, records): read_back(part, records) for key, part in content}
        if name.startswith("$"):
            return records[name[1:]](**{field: read_back(part, records) for field, part in content.items()})
    return {name: read_back(part, records) for name, part in plain.items()}
