"""The first tables.

A migration describes what was, so it takes nothing from the present schema. There is no way back: it would lose data.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def _exact_text(length: int | None = None) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _business_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["business"], ["businesses.name"], name=f"fk_{table}_business_businesses")


def upgrade() -> None:
    op.create_table(
        "businesses",
        sa.Column("name", _exact_text(50), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("sealed_settings", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_businesses"),
    )
    op.create_table(
        "sessions",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("sealed_session", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("business", name="pk_sessions"),
        _business_of("sessions"),
    )
    op.create_table(
        "invoices",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("number", _exact_text(50), nullable=False),
        sa.Column("type", sa.String(30), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("business", "number", name="pk_invoices"),
        _business_of("invoices"),
    )
    op.create_index(
        "ix_invoices_unsent",
        "invoices",
        ["business", "type", "number"],
        sqlite_where=sa.text("sent IS 0"),
        postgresql_where=sa.text("sent IS false"),
    )
    op.create_table(
        "transfers",
        sa.Column("id", _exact_text(64), nullable=False),
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("invoice", _exact_text(50), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("finished_at", _INSTANT, nullable=True),
        sa.Column("next_attempt_at", _INSTANT, nullable=True),
        sa.Column("not_before", _INSTANT, nullable=True),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("trying_since", _INSTANT, nullable=False),
        sa.Column("bulk", sa.Boolean(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        _business_of("transfers"),
    )
    op.create_index(
        "uq_transfers_business_invoice",
        "transfers",
        ["business", "invoice"],
        unique=True,
        sqlite_where=sa.text("superseded IS 0"),
        postgresql_where=sa.text("superseded IS false"),
    )
    op.create_index(
        "ix_transfers_due",
        "transfers",
        ["business", "bulk", "next_attempt_at", "id"],
        sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(
        "ix_transfers_sweep",
        "transfers",
        ["next_attempt_at", "business"],
        sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(
        "ix_transfers_open",
        "transfers",
        ["business", "invoice"],
        sqlite_where=sa.text("order_id IS NOT NULL AND settled IS 0 AND superseded IS 0"),
        postgresql_where=sa.text("order_id IS NOT NULL AND settled IS false AND superseded IS false"),
    )
    op.create_index("ix_transfers_business", "transfers", ["business", "id"])
    op.create_index("ix_transfers_business_state", "transfers", ["business", "state", "id"])
    op.create_index("ix_transfers_state", "transfers", ["state", "id"])
    op.create_table(
        "batches",
        sa.Column("id", _exact_text(64), nullable=False),
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        _business_of("batches"),
    )
    op.create_table(
        "batch_members",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch", _exact_text(64), nullable=False),
        sa.Column("invoice", _exact_text(), nullable=False),
        sa.Column("transfer_id", _exact_text(64), nullable=True),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_batch_members"),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_batch_members_batch_batches"),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name="fk_batch_members_transfer_id_transfers"),
    )
    op.create_index("uq_batch_members_batch_invoice", "batch_members", ["batch", "invoice"], unique=True)
    op.create_index("ix_batch_members_position", "batch_members", ["batch", "position"])
    op.create_table(
        "intents",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", _exact_text(), nullable=False),
        sa.Column("first_at", _INSTANT, nullable=False),
        sa.Column("last_at", _INSTANT, nullable=False),
        sa.Column("customer_ids", sa.JSON(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("business", "kind", "key", name="pk_intents"),
        _business_of("intents"),
    )
    op.create_table(
        "customer_links",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("key", _exact_text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("business", "key", name="pk_customer_links"),
        _business_of("customer_links"),
    )
    op.create_table(
        "customer_directories",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("books", _exact_text(), nullable=False),
        sa.Column("read_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("business", "books", name="pk_customer_directories"),
        _business_of("customer_directories"),
    )
    op.create_table(
        "customer_directory_keys",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("books", _exact_text(), nullable=False),
        sa.Column("key", _exact_text(), nullable=False),
        sa.Column("customer_id", _exact_text(), nullable=False),
        sa.PrimaryKeyConstraint("business", "books", "key", "customer_id", name="pk_customer_directory_keys"),
        _business_of("customer_directory_keys"),
    )
    op.create_index(
        "ix_customer_directory_keys_customer", "customer_directory_keys", ["business", "books", "customer_id"]
    )
    op.create_table(
        "reference_data",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("name", _exact_text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("stored_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("business", "name", name="pk_reference_data"),
        _business_of("reference_data"),
    )
    op.create_table(
        "status_checks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("invoice", _exact_text(50), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("invoice_number", sa.Text(), nullable=True),
        sa.Column("invoiced_at", sa.Date(), nullable=True),
        sa.Column("paid_at", sa.Date(), nullable=True),
        sa.Column("checked_at", _INSTANT, nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status_checks"),
        _business_of("status_checks"),
    )
    op.create_index("ix_status_checks_invoice", "status_checks", ["business", "invoice", "checked_at", "id"])
    op.create_table(
        "follow_ups",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("business", name="pk_follow_ups"),
        _business_of("follow_ups"),
    )
    op.create_table(
        "leases",
        sa.Column("business", _exact_text(50), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("business", name="pk_leases"),
        _business_of("leases"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transfer_id", _exact_text(64), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name="fk_journal_transfer_id_transfers"),
    )
    op.create_index("ix_journal_transfer", "journal", ["transfer_id", "id"])
    op.create_table(
        "pauses",
        sa.Column("system", _exact_text(50), nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("system", name="pk_pauses"),
    )
    op.create_table(
        "calls_made",
        sa.Column("system", _exact_text(50), nullable=False),
        sa.Column("hour", _INSTANT, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("system", "hour", name="pk_calls_made"),
    )
    op.create_table(
        "kept_answers",
        sa.Column("key", _exact_text(255), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_kept_answers"),
    )
    op.create_index("ix_kept_answers_begun_at", "kept_answers", ["begun_at"])
