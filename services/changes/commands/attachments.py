"""Files that belong to a report: added and removed while its firm has it in hand."""

from dataclasses import dataclass
from uuid import UUID

from services.changes.commands.records import held
from services.changes.domain.cases import require
from services.changes.models import Attachment
from services.changes.repository import attachments as kept
from services.changes.vocabulary import Act
from shared.messaging import Work
from shared.web.caller import Caller
from shared.web.problems import Defect, InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was looked at and lies in the store already, as `id`."""

    id: UUID
    file_name: str
    media_type: str
    size: int
    sha256: str


async def may_attach(work: Work, report_id: UUID) -> None:
    """Raises `NotFound`, or `NotInThisState` before a file is looked at in vain."""
    require(Act.ATTACH, (await held(work, report_id)).status)


async def attach(work: Work, report_id: UUID, upload: Upload, most: int, caller: Caller) -> Attachment:
    """Add a file to a report, of which it takes `most`. One of the same content is kept instead of it, if there is one.

    Raises `NotInThisState`, `InvalidInput` where there are too many.
    """
    report = await held(work, report_id)
    require(Act.ATTACH, report.status)
    present = await kept.attachments(work.session, report_id)
    for each in present:
        if each.sha256 == upload.sha256:
            return each
    if len(present) >= most:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/file",
                    code="too_many",
                    detail=f"a report takes {most} attachments",
                    detail_zh=f"一份报告最多{most}个附件",
                )
            ]
        )
    attachment = Attachment(
        id=upload.id,
        report_id=report_id,
        file_name=upload.file_name,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        uploaded_at=work.now(),
        uploaded_by=caller.subject,
        uploaded_by_name=caller.name,
    )
    work.session.add(attachment)
    return attachment


async def detach(work: Work, report_id: UUID, attachment_id: UUID) -> str:
    """Take a file from a report; what it is stored as, to be removed after the commit. Raises `NotFound`."""
    report = await held(work, report_id)
    require(Act.ATTACH, report.status)
    attachment = await kept.attachment(work.session, report_id, attachment_id)
    if attachment is None:
        raise NotFound("There is no such attachment")
    await work.session.delete(attachment)
    return attachment.stored_as
