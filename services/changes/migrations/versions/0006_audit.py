"""The record of acts."""

from shared.runtime.schema import audited, infrastructure_2

revision = "0006_audit"
down_revision = "0005_attachments"


def upgrade() -> None:
    infrastructure_2()
    audited("reports", "change_report", case="id")
    audited("report_steps", "change_report_step", case="report_id")
    audited("occurrences", "occurrence", case="id")
    audited("attachments", "attachment", case="report_id")


def downgrade() -> None:
    raise NotImplementedError("the record stands; restore a backup instead")
