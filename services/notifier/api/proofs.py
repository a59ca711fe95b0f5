"""Proof of notice (送达证明): what a firm was told of a duty, a case or a sanction."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from services.notifier.models import Firm
from services.notifier.proofs.archive import archive
from services.notifier.repository import proofs
from services.notifier.repository.proofs import MOST, Asked
from services.notifier.views.proofs import ProofOfNotice
from shared.messaging import Backend
from shared.regulation import Duty, normalise_credit_code
from shared.runtime.clock import real_now
from shared.web.auth import Caller, Role, require
from shared.web.problems import Defect, InvalidInput, NotFound
from shared.web.reach import within_reach

router = APIRouter(prefix="/proofs_of_notice")

ZIP = "application/zip"
Reader = Annotated[Caller, Depends(require(Role.ENTERPRISE, Role.AUTHORITY, Role.BUREAU))]


def _asked(
    credit_code: str | None = None,
    duty: Annotated[Duty | None, Query(description="Of the firm's duties this one; with credit_code")] = None,
    year: Annotated[int | None, Query(ge=2010, le=2100, description="Of this year; with credit_code")] = None,
    obligation_id: UUID | None = None,
    case: Annotated[UUID | None, Query(description="A report, a recorded change, an application, a title")] = None,
) -> Asked:
    defects = []
    if sum(each is not None for each in (credit_code, obligation_id, case)) != 1:
        defects.append(
            Defect(
                pointer="query/credit_code",
                code="one_of_three",
                detail="name either a firm (credit_code), an obligation (obligation_id) or a case (case)",
                detail_zh="请在企业、事项、案件三者中指定一项",
            )
        )
    defects += [
        Defect(
            pointer=f"query/{name}",
            code="only_of_a_firm",
            detail="it goes with credit_code alone",
            detail_zh="仅可与企业一并指定",
        )
        for name, value in (("duty", duty), ("year", year))
        if value is not None and credit_code is None
    ]
    if defects:
        raise InvalidInput(errors=defects)
    return Asked(normalise_credit_code(credit_code) if credit_code else None, duty, year, obligation_id, case)


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get("")
async def read_proof_of_notice(request: Request, caller: Reader, asked: AskedDep) -> ProofOfNotice:
    """What was sent, when, to whom, with what answer; what was not sent and why; under which article."""
    return await _proof(request.app.state.backend, caller, asked)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {ZIP: {}}, "description": "The file"}},
)
async def export_proof_of_notice(request: Request, caller: Reader, asked: AskedDep) -> StreamingResponse:
    """The same as a ZIP: a record to print, the mails as they went out, the reports as they came, their sums."""
    backend: Backend = request.app.state.backend
    proof = await _proof(backend, caller, asked)
    return StreamingResponse(
        archive(backend, request.app.state.settings, proof),
        media_type=ZIP,
        headers={
            "Content-Disposition": f'attachment; filename="proof-of-notice-{proof.credit_code}.zip"',
            "Cache-Control": "private, no-store",
        },
    )


async def _proof(backend: Backend, caller: Caller, asked: Asked) -> ProofOfNotice:
    async with backend.work() as work:
        found = await proofs.evidence(work.session, within_reach(caller, Firm.credit_code, Firm.authority), asked)
    if found is None:
        raise NotFound("There is nothing of the kind within your reach")
    if len(found.messages) > MOST:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="query/year",
                    code="too_much",
                    detail=f"a proof is made of at most {MOST} messages; name a duty and a year",
                    detail_zh=f"一份证明最多包含{MOST}条消息，请指定事项和年度",
                )
            ]
        )
    return ProofOfNotice.of(found, asked, real_now())
