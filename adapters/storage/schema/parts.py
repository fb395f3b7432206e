"""What the tables are made of: one `metadata` that knows them all, the lengths of texts, and whose a row is."""

from typing import Any

from sqlalchemy import Column, ColumnElement, ForeignKey, Index, MetaData

from adapters.storage.dialects import exact_text

NAME_LENGTH = 50
ID_LENGTH = 64
WORD_LENGTH = 20
TYPE_LENGTH = 30
KEY_LENGTH = 255

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def of_business(*, primary_key: bool = False) -> Column[str]:
    """Return the column that says whose a row is."""
    return Column(
        "business", exact_text(NAME_LENGTH), ForeignKey("businesses.name"), primary_key=primary_key, nullable=False
    )


def partial_index(name: str, *columns: Column[Any], where: ColumnElement[bool], unique: bool = False) -> None:
    """Give a table an index that holds the rows alone that fulfil the condition.

    On PostgreSQL the migrations alone say so: the words for it there would have its dialect loaded on SQLite too, at
    every start.
    """
    Index(name, *columns, unique=unique, sqlite_where=where)
