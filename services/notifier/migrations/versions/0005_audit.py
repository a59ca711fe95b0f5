"""The record of acts."""

from shared.runtime.schema import audited, infrastructure_2

revision = "0005_audit"
down_revision = "0004_campaign_windows"


def upgrade() -> None:
    infrastructure_2()
    # What became of a mail is recorded, not each try.
    audited(
        "messages",
        "message",
        without=("text", "html"),
        on="UPDATE OF state",
        when="NEW.state IN ('sent', 'failed', 'suppressed') AND NEW.state IS DISTINCT FROM OLD.state",
    )


def downgrade() -> None:
    raise NotImplementedError("the record stands; restore a backup instead")
