"""Schema steps that every service's migrations take for the tables they have in common.

A step is never changed once it has run anywhere; a later change is a new step.
"""

from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB


def infrastructure_1() -> None:
    """Outbox, inbox, failed messages, idempotency keys."""
    now = func.now()
    op.create_table(
        "outbox",
        Column("id", Uuid, primary_key=True),
        Column("type", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("last_error", Text),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=now),
        Column("next_try_at", DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_table(
        "inbox",
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_table(
        "failed_messages",
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("type", Text),
        Column("subject", Text),
        Column("body", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("error_kind", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("first_failed_at", DateTime(timezone=True), nullable=False, server_default=now),
        Column("next_try_at", DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_index(
        "failed_messages_due", "failed_messages", ["next_try_at"], postgresql_where=text("state = 'waiting'")
    )
    op.create_index("failed_messages_by_error", "failed_messages", ["state", "error_kind"])
    op.create_table(
        "idempotency_keys",
        Column("caller", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=now),
    )


AUDIT_RECORD = """
CREATE FUNCTION audit_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names CONSTANT text[] := string_to_array(TG_ARGV[1], ',');
    was jsonb := to_jsonb(OLD) - string_to_array(TG_ARGV[3], ',');
    becomes jsonb := to_jsonb(NEW) - string_to_array(TG_ARGV[3], ',');
    it jsonb := coalesce(becomes, was);
    firm CONSTANT text := it ->> 'credit_code';
    declared text := nullif(current_setting('peiyu.act', true), '');
    by_firm CONSTANT text := current_setting('peiyu.acts_' || right(firm, 1), true);
    place int;
    act jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, becomes -> key) INTO was, becomes
        FROM jsonb_each(was) WHERE value IS DISTINCT FROM becomes -> key;
        IF was IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    IF by_firm <> '' THEN
        place := strpos(by_firm, firm || '={');
        IF place > 0 THEN
            declared := split_part(substr(by_firm, place + length(firm) + 1), E'\\n', 1);
        END IF;
    END IF;
    act := coalesce(declared, jsonb_build_object(
        'act', lower(TG_OP), 'actor', session_user, 'actor_role', 'database', 'at', clock_timestamp(),
        'actor_name', coalesce(nullif(current_setting('application_name'), ''), session_user)
    )::text)::jsonb;
    INSERT INTO audit_pending (
        operation, kind, record, case_id, credit_code, act, actor, actor_name, actor_role, before, after, at,
        recorded_at, trace_id
    ) VALUES (
        lower(TG_OP), TG_ARGV[0],
        (SELECT string_agg(it ->> name, '/' ORDER BY nr) FROM unnest(names) WITH ORDINALITY AS key (name, nr)),
        it ->> TG_ARGV[2], firm, act ->> 'act', act ->> 'actor', act ->> 'actor_name', act ->> 'actor_role',
        was::text, becomes::text, (act ->> 'at')::timestamptz, clock_timestamp(), act ->> 'trace_id'
    );
    RETURN NULL;
END $$
"""
"""Records a written row: the arguments are kind, columns of its key, column of its case, columns left out.

Who acts is what `shared.audit.declaring` told, for the row's firm where it told of several; else the database account.
"""

AUDIT_REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %: the record of acts is never changed', TG_OP, TG_TABLE_NAME;
END $$
"""


def infrastructure_2() -> None:
    """The record of acts: what waits to be sealed, the chain, its head; what records and what refuses."""
    op.create_table("audit_pending", Column("id", BigInteger, Identity(always=True), primary_key=True), *_recorded())
    op.create_table(
        "audit_entries",
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("hash", LargeBinary, nullable=False),
        *_recorded(),
    )
    op.create_index("audit_entries_by_firm", "audit_entries", ["credit_code", "position"])
    op.create_index("audit_entries_by_case", "audit_entries", ["case_id", "position"])
    head = op.create_table(
        "audit_head",
        Column("id", SmallInteger, primary_key=True, autoincrement=False),
        Column("position", BigInteger, nullable=False),
        Column("hash", LargeBinary, nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "position": 0, "hash": bytes(32)}])
    op.execute(AUDIT_RECORD)
    op.execute(AUDIT_REFUSE)
    for table, refused in (
        ("audit_entries", "UPDATE OR DELETE OR TRUNCATE"),
        ("audit_pending", "UPDATE OR TRUNCATE"),
        ("audit_head", "DELETE OR TRUNCATE"),
    ):
        op.execute(f"CREATE TRIGGER append_only BEFORE {refused} ON {table} EXECUTE FUNCTION audit_refuse()")


def _recorded() -> list[Column[Any]]:
    instant = DateTime(timezone=True)
    return [
        Column("operation", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("record", Text, nullable=False),
        Column("case_id", Text),
        Column("credit_code", Text),
        Column("act", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("actor_name", Text, nullable=False),
        Column("actor_role", Text, nullable=False),
        Column("before", Text),
        Column("after", Text),
        Column("at", instant, nullable=False),
        Column("recorded_at", instant, nullable=False),
        Column("trace_id", Text),
    ]


def audited(
    table: str,
    kind: str,
    *,
    key: tuple[str, ...] = ("id",),
    case: str = "",
    without: tuple[str, ...] = (),
    on: str = "INSERT OR UPDATE OR DELETE",
    when: str = "",
    name: str = "audit",
) -> None:
    """Let every row that is written to `table` leave an entry in the record, whatever statement writes it.

    `key` are the columns that name the row, `case` the one that names its case. `on` and `when` record fewer writes,
    `without` leaves out columns whose content is of no interest or too large. A table's second trigger has a `name`.
    """
    arguments = ", ".join(f"'{argument}'" for argument in (kind, ",".join(key), case, ",".join(without)))
    condition = f"WHEN ({when}) " if when else ""
    op.execute(
        f"CREATE TRIGGER {name} AFTER {on} ON {table} "
        f"FOR EACH ROW {condition}EXECUTE FUNCTION audit_record({arguments})"
    )


def infrastructure_3() -> None:
    """Natural persons who act for firms."""
    op.create_table(
        "delegated_persons",
        Column("delegation_id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("person", Text, nullable=False),
        Column("credit_code", Text, nullable=False),
        Column("until", Date),
        Column("ended", Boolean, nullable=False),
    )
    op.create_index("delegated_persons_by_person", "delegated_persons", ["person"])


def infrastructure_4() -> None:
    """Failed messages are replayed and discarded by operators, which is recorded; what handlers do to them is not."""
    op.add_column("failed_messages", Column("acted_at", DateTime(timezone=True)))
    op.add_column("failed_messages", Column("acted_by_name", Text))
    op.add_column("failed_messages", Column("reason", Text))
    op.create_index(
        "failed_messages_open",
        "failed_messages",
        ["error_kind", "type", "event_id"],
        postgresql_where=text("state <> 'discarded'"),
    )
    audited(
        "failed_messages",
        "failed_message",
        key=("consumer", "event_id"),
        without=("body", "next_try_at", "acted_at"),
        on="UPDATE",
        when="NEW.acted_at IS DISTINCT FROM OLD.acted_at",
        name="audit_of_operators",
    )


def without_infrastructure_4() -> None:
    """As it was before `infrastructure_4`."""
    op.execute("DROP TRIGGER audit_of_operators ON failed_messages")
    op.drop_index("failed_messages_open")
    for column in ("reason", "acted_by_name", "acted_at"):
        op.drop_column("failed_messages", column)
