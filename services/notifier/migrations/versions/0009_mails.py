"""Mails apart from what they tell; who subscribes, whom officers must reach, what came back, what calendars hold."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Integer, LargeBinary, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.runtime.schema import audited

revision = "0009_mails"
down_revision = "0008_deadline_extensions"

INSTANT = DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mails",
        Column("id", Uuid, primary_key=True),
        Column("mailbox", Text, nullable=False),
        Column("sender", Text),
        Column("recipient", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("html", Text, nullable=False),
        Column("kinds", ARRAY(Text), nullable=False, server_default="{}"),
        Column("calendars", ARRAY(Text), nullable=False, server_default="{}"),
        Column("threads", ARRAY(Text), nullable=False, server_default="{}"),
        Column("state", Text, nullable=False),
        Column("reason", Text),
        Column("server_answer", Text),
        Column("sha256", Text),
        Column("attempts", Integer, nullable=False, server_default="1"),
        Column("at", INSTANT, nullable=False),
        Column("created_at", INSTANT, nullable=False, server_default=func.now()),
        Column("next_try_at", INSTANT, nullable=False),
        Column("sent_at", INSTANT),
    )
    op.create_index(
        "mails_to_send", "mails", ["next_try_at", "id"], postgresql_where=text("state IN ('queued', 'sending')")
    )
    _messages()
    _firms()
    _obligations()
    op.create_table(
        "subscriptions",
        Column("id", Uuid, primary_key=True),
        Column("authority", Text, nullable=False),
        Column("subscriber", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("email", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("duties", ARRAY(Text)),
        Column("kinds", ARRAY(Text)),
        Column("delivery", Text, nullable=False),
        Column("version", Integer, nullable=False, server_default="1"),
        Column("created_at", INSTANT, nullable=False),
        Column("ended_at", INSTANT),
    )
    op.create_index("subscriptions_by_authority", "subscriptions", ["authority", "id"])
    audited("subscriptions", "subscription")
    op.create_table(
        "follow_ups",
        Column("id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("about", Text, nullable=False),
        Column("credit_code", Text),
        Column("authority", Text, nullable=False),
        Column("obligation_id", Uuid, ForeignKey("obligations.id")),
        Column("level", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("facts", JSONB, nullable=False),
        Column("opened_at", INSTANT, nullable=False),
        Column("escalates_at", INSTANT),
        Column("closed_at", INSTANT),
        Column("closed_by", Text),
        Column("note", Text),
    )
    op.create_index(
        "follow_ups_once", "follow_ups", ["kind", "about"], unique=True, postgresql_where=text("state = 'open'")
    )
    op.create_index("follow_ups_by_authority", "follow_ups", ["authority", "id"])
    op.create_index("follow_ups_by_firm", "follow_ups", ["credit_code", "id"])
    op.create_index("follow_ups_by_obligation", "follow_ups", ["obligation_id"])
    op.create_index(
        "follow_ups_escalating", "follow_ups", ["escalates_at", "id"], postgresql_where=text("state = 'open'")
    )
    audited("follow_ups", "follow_up")
    op.create_table(
        "calendar_entries",
        Column("mailbox", Text, primary_key=True),
        Column("uid", Text, primary_key=True),
        Column("sequence", Integer, nullable=False),
        Column("due", Date, nullable=False),
        Column("cancelled", Boolean, nullable=False),
        Column("mail_id", Uuid, ForeignKey("mails.id"), nullable=False),
    )
    op.create_table(
        "delivery_reports",
        Column("id", Uuid, primary_key=True),
        Column("mail_id", Uuid, ForeignKey("mails.id")),
        Column("recipient", Text),
        Column("action", Text, nullable=False),
        Column("status", Text),
        Column("diagnostic", Text),
        Column("content", LargeBinary),
        Column("received_at", INSTANT, nullable=False),
    )
    op.create_index("delivery_reports_by_mail", "delivery_reports", ["mail_id"])
    audited("delivery_reports", "delivery_report", without=("content",))


def _messages() -> None:
    """What each message said, to whom, and how it fared moves to its mail."""
    op.add_column("messages", Column("mailbox", Text))
    op.add_column("messages", Column("again", Integer, nullable=False, server_default="0"))
    op.add_column("messages", Column("not_before", INSTANT))
    op.add_column("messages", Column("mail_id", Uuid, ForeignKey("mails.id")))
    op.add_column("messages", Column("template", Text))
    op.add_column("messages", Column("resend_reason", Text))
    op.execute("""
        UPDATE messages SET not_before = at, mailbox = CASE audience
            WHEN 'firm' THEN 'firm:' || credit_code ELSE 'office:' || authority END
    """)
    op.execute("""
        INSERT INTO mails (id, mailbox, recipient, language, subject, text, html, kinds, state, reason, server_answer,
            attempts, at, created_at, next_try_at, sent_at)
        SELECT id, mailbox, recipient, 'zh-CN', subject, text, html, ARRAY[kind], state, reason, server_answer,
            attempts, at, created_at, next_try_at, sent_at
        FROM messages WHERE state IN ('sent', 'failed') AND subject IS NOT NULL AND recipient IS NOT NULL
    """)
    op.execute("UPDATE messages SET mail_id = id WHERE id IN (SELECT id FROM mails)")
    op.execute("UPDATE messages SET state = 'queued' WHERE state = 'sending'")
    op.alter_column("messages", "mailbox", nullable=False)
    op.alter_column("messages", "not_before", nullable=False)
    op.drop_constraint("messages_once", "messages")
    op.create_unique_constraint("messages_once", "messages", ["kind", "about", "stage", "mailbox", "again"])
    op.drop_index("messages_to_send", "messages")
    for name in ("subject", "text", "html", "server_answer", "attempts", "sent_at"):
        op.drop_column("messages", name)
    op.create_index(
        "messages_to_send",
        "messages",
        ["not_before", "id"],
        postgresql_where=text("state = 'queued' AND mail_id IS NULL"),
    )
    op.create_index(
        "messages_waiting_by_mailbox",
        "messages",
        ["mailbox", "id"],
        postgresql_where=text("state = 'queued' AND mail_id IS NULL"),
    )
    op.create_index("messages_by_mail", "messages", ["mail_id"])
    op.create_index("messages_by_kind", "messages", ["kind", "id"])
    op.create_index("messages_by_recipient", "messages", ["recipient", "id"])
    op.create_index("messages_by_state", "messages", ["state", "id"], postgresql_where=text("state <> 'sent'"))
    op.create_index("messages_by_reason", "messages", ["reason", "id"], postgresql_where=text("reason IS NOT NULL"))
    op.create_index("messages_in_time", "messages", ["at"], postgresql_using="brin")
    op.execute("DROP TRIGGER audit ON messages")
    audited(
        "messages",
        "message",
        on="UPDATE OF state",
        when="NEW.state IN ('sent', 'delivered', 'bounced', 'failed', 'suppressed') "
        "AND NEW.state IS DISTINCT FROM OLD.state",
    )
    audited("messages", "message", name="audit_resent", on="INSERT", when="NEW.again > 0")


def _firms() -> None:
    op.add_column("firms", Column("contact_mobile", Text))
    for name in ("second_name", "second_mobile", "second_email", "second_language"):
        op.add_column("firms", Column(name, Text))
    op.create_index("firms_by_contact", "firms", [text("lower(contact_email)")])
    op.create_index("firms_by_second_contact", "firms", [text("lower(second_email)")])


def _obligations() -> None:
    """Open ones are looked at once, and so come to know when they escalate."""
    op.add_column("obligations", Column("escalates_at", INSTANT))
    op.execute("UPDATE obligations SET escalates_at = opened_at WHERE state = 'open'")
    op.create_index(
        "obligations_escalating", "obligations", ["escalates_at", "id"], postgresql_where=text("state = 'open'")
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
