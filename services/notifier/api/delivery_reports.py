"""Delivery reports in: what mail systems say became of our mails."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from services.notifier.commands import reports
from services.notifier.mail.errors import NotAReport
from services.notifier.views.reports import TakenReports, TakenReportView
from shared.messaging import Work
from shared.web.auth import Caller, Role, require
from shared.web.idempotency import OnceDep, Reply
from shared.web.problems import Defect, InvalidInput

router = APIRouter()

MEDIA_TYPES = ("message/rfc822", "application/octet-stream")
"""What a mail is called by those who know, and by those who do not."""
BYTES = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/delivery_reports",
    status_code=status.HTTP_201_CREATED,
    response_model=TakenReports,
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(MEDIA_TYPES, BYTES)}},
)
async def take_delivery_report(
    request: Request, once: OnceDep, caller: Annotated[Caller, Depends(require(Role.BUREAU, Role.OPERATOR))]
) -> Response:
    """Take in a mail that came back (RFC 3464), as it came. The same one again changes nothing."""
    content = await request.body()

    async def act(work: Work) -> Reply:
        try:
            taken = await reports.take_in(work, content)
        except NotAReport as error:
            raise InvalidInput(
                errors=[
                    Defect(
                        pointer="",
                        code="no_delivery_report",
                        detail=f"this is no delivery report: {error}",
                        detail_zh="这不是一封投递状态报告（RFC 3464）",
                    )
                ]
            ) from error
        views = [TakenReportView.of(each, mask=caller.role is Role.OPERATOR) for each in taken]
        return Reply(body=TakenReports(reports=views), status=status.HTTP_201_CREATED)

    return await once(act)
