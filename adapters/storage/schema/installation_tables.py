"""The installation, its clocks, and its recovery from an earlier day."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, Table

from adapters.storage.column_types import UtcDateTime, exact_text
from adapters.storage.schema.parts import ID_LENGTH, metadata, of_business

# One row: what tells this database from others, and whether it was put back to an earlier day.
installation = Table(
    "installation",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("id", exact_text(ID_LENGTH), nullable=False),
    Column("noticed", Integer, nullable=False, server_default="0"),
    Column("noticed_at", UtcDateTime),
    Column("known_until", UtcDateTime),
    Column("alive_at", UtcDateTime),
)

recoveries = Table(
    "recoveries",
    metadata,
    of_business(primary_key=True),
    Column("needed", Boolean, nullable=False),
    Column("since", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("orders", Integer, nullable=False),
    Column("tied", Integer, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("trouble", JSON(none_as_null=True)),
)

# Where each machine is in the installation's line of time (core.timeline), by its boot.
clocks = Table(
    "clocks",
    metadata,
    Column("boot", exact_text(ID_LENGTH), primary_key=True),
    Column("elapsed_us", BigInteger, nullable=False),
    Column("wall", UtcDateTime, nullable=False),
    Column("instant", UtcDateTime, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)
