"""The same act on many reports."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ValidationError

from services.changes.api.access import OFFICERS, lying_with
from services.changes.commands import assignments, decisions, sanctions
from services.changes.forms import AlikeDecision, Bulk, BulkAct, Opinion, SanctionForm
from services.changes.models import Report
from shared.messaging import Work
from shared.web.app import defects_of
from shared.web.auth import Caller, CallerDep, Role
from shared.web.bulk import BulkResults, one_by_one
from shared.web.cases import Assignment, Return
from shared.web.fields import Form
from shared.web.idempotency import OnceDep, Reply
from shared.web.problems import InvalidInput

router = APIRouter(prefix="/changes", tags=["changes"])


@dataclass(frozen=True, slots=True)
class Doing:
    """How an act of a bulk request is done: its body, who may do it, and the command."""

    form: type[Form]
    roles: tuple[Role, ...]
    command: Callable[[Work, UUID, Any, Caller], Awaitable[Report]]


ACTS: Mapping[BulkAct, Doing] = {
    BulkAct.OPINION: Doing(Opinion, (Role.AUTHORITY,), decisions.give_opinion),
    BulkAct.RETURN: Doing(Return, OFFICERS, decisions.return_for_correction),
    BulkAct.DECISION: Doing(AlikeDecision, (Role.BUREAU,), decisions.decide_alike),
    BulkAct.SANCTION: Doing(SanctionForm, (Role.BUREAU,), sanctions.sanction_report),
    BulkAct.ASSIGNMENT: Doing(Assignment, OFFICERS, assignments.assign),
}


@router.post("/bulk")
async def act_on_reports(form: Bulk, caller: CallerDep, once: OnceDep) -> BulkResults:
    """Do one act to many reports, each in a transaction of its own, with a result for each.

    `body` is that of the act itself; a bulk decision names one outcome for every held title. With an
    `Idempotency-Key` a repeated request does what is left to do.
    """
    doing = ACTS[form.act]
    try:
        body = doing.form.model_validate(form.body)
    except ValidationError as error:
        errors = [{**each, "loc": ("body", "body", *each["loc"])} for each in error.errors()]
        raise InvalidInput(errors=defects_of(errors)) from error

    async def act(report_id: UUID) -> Response:
        async def reply(work: Work) -> Reply:
            await lying_with(work, report_id, caller, *doing.roles)
            await doing.command(work, report_id, body, caller)
            return Reply(body=None)

        return await once.of(str(report_id))(reply)

    return await one_by_one(form.ids, act, lambda report_id: f"/api/v1/changes/{report_id}")
