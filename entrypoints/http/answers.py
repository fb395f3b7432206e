"""Answers of one model."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from litestar import Response
from litestar.enums import MediaType
from pydantic import BaseModel

Shown = TypeVar("Shown", bound=BaseModel)


class JsonOf(Response[Shown], Generic[Shown]):
    """A model as JSON, written where it is made: in the handler's thread, for a long page takes its time."""

    def __init__(
        self, content: Shown, *, status_code: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        written = content.model_dump_json().encode()
        super().__init__(written, status_code=status_code, headers=headers, media_type=MediaType.JSON)  # type: ignore[arg-type]
