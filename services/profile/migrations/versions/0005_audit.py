"""The record of acts."""

from shared.runtime.schema import audited, infrastructure_2

revision = "0005_audit"
down_revision = "0004_assisted_updates"


def upgrade() -> None:
    infrastructure_2()
    audited("enterprises", "enterprise", key=("credit_code",))
    audited("names", "name", case="report_id")
    audited("update_drafts", "update_draft", key=("credit_code", "duty_year"))
    audited("annual_updates", "annual_update", case="id")
    audited("deadline_extensions", "deadline_extension", case="id")


def downgrade() -> None:
    raise NotImplementedError("the record stands; restore a backup instead")
