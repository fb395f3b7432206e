"""Writing an export, record by record: JSON lines, on their own or in a zip file."""

import json
import os
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import InvalidInput
from entrypoints.cli.options import STANDARD_INPUT


@dataclass(frozen=True)
class Written:
    """Where an export is, and how many records of each kind it holds."""

    file: Path
    counts: Mapping[str, int]


def write_export(records: Iterable[Mapping[str, Any]], output: Path, *, name: str) -> Written:
    """Write records to a file that is its owner's alone, or to standard output.

    The file appears when it is whole. A device or a pipe is left alone: a file would take its place.
    Errors: InvalidInput, code `unwritable_file`.
    """
    if output == STANDARD_INPUT:
        return Written(output, _write(records, sys.stdout.buffer))
    with _told_of(output):
        file = output / f"{name}.jsonl" if output.is_dir() else output
        if file.exists() and not file.is_file():
            raise _unwritable(file, "it is not a regular file")
        draft = file.with_name(f".{file.name}.part")
        try:
            with _opened(draft, is_zip=file.suffix.lower() == ".zip", name=name) as stream:
                counts = _write(records, stream)
            draft.replace(file)
        finally:
            with suppress(OSError):
                draft.unlink()
    return Written(file, counts)


@contextmanager
def _told_of(output: Path) -> Iterator[None]:
    """Say of a place that can't be written which it is."""
    try:
        yield
    except OSError as error:
        raise _unwritable(output, str(error.strerror)) from error


def _unwritable(output: Path, reason: str) -> InvalidInput:
    return InvalidInput(
        f"{output} can't be written: {reason}.",
        code="unwritable_file",
        hint="Choose another --output; - is standard output.",
    )


@contextmanager
def _opened(file: Path, *, is_zip: bool, name: str) -> Iterator[BinaryIO]:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        if not is_zip:
            yield stream
            return
        with (
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open(f"{name}.jsonl", "w", force_zip64=True) as entry,
        ):
            yield entry  # type: ignore[misc]  # it has what of a binary stream is used here


def _write(records: Iterable[Mapping[str, Any]], stream: BinaryIO) -> Mapping[str, int]:
    counts: Mapping[str, int] = {}
    for record in records:
        stream.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
        counts = record.get("counts", counts)
    stream.flush()
    return counts
