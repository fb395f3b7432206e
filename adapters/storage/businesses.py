"""Businesses; what their connections hold is encrypted whole."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection as Database
from sqlalchemy import RowMapping, bindparam, delete, select

from adapters.storage.insertion import put
from adapters.storage.schema import IS_THERE, businesses, erasures
from adapters.storage.sealed import lock_for_sealing
from core.business import Business, Connection
from core.fields import AS_STORED
from core.ports.secret_box import SecretBox

_NAMED = select(businesses.c.name).where(businesses.c.name == bindparam("name"), IS_THERE)
_OF_NAME = select(businesses).where(businesses.c.name == bindparam("name"), IS_THERE)


class SqlBusinessStore:
    """The businesses. Reading one whose connection was sealed with another key: TryAgain, `secret_key_changed`."""

    def __init__(self, database: Database, secret_box: SecretBox) -> None:
        self._database = database
        self._secret_box = secret_box

    def get(self, name: str) -> Business | None:
        """Return a business, or None."""
        row = self._database.execute(_OF_NAME, {"name": name}).mappings().first()
        return self._business(row) if row else None

    def has(self, name: str) -> bool:
        """Whether there is such a business."""
        return self._database.scalar(_NAMED, {"name": name}) is not None

    def put(self, business: Business) -> None:
        """Store a business, new or changed."""
        lock_for_sealing(self._database, businesses)
        put(
            self._database,
            businesses,
            {
                "name": business.name,
                "system": business.accounting.system,
                "sealed_settings": self._secret_box.seal(json.dumps(dict(business.accounting.settings))),
                "document": business.model_dump_json(exclude={"name", "accounting"}),
            },
        )
        self._database.execute(delete(erasures).where(erasures.c.business == business.name))

    def list(self, *, limit: int, after: str | None = None) -> Sequence[Business]:
        """Return businesses by name, those after the given name, at most `limit`."""
        query = select(businesses).where(IS_THERE).order_by(businesses.c.name).limit(limit)
        if after is not None:
            query = query.where(businesses.c.name > after)
        return [self._business(row) for row in self._database.execute(query).mappings()]

    def _business(self, row: RowMapping) -> Business:
        settings = json.loads(self._secret_box.open(row["sealed_settings"]))
        connection = Connection.of(row["system"], settings)
        document = {**json.loads(row["document"]), "name": row["name"], "accounting": connection}
        return Business.model_validate(document, context=AS_STORED)
