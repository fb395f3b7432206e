"""Tables that are only ever added to, which the database itself enforces."""

from collections.abc import Sequence


def append_only_statements(dialect: str, table: str) -> Sequence[str]:
    """Return what makes the database refuse to change or remove a row of the table; part of a migration, so it stays.

    Whoever owns the database can take the triggers away, and can't do it by mistake.
    """
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for event in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
    ]
