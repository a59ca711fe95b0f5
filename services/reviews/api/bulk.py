"""The same act on many applications."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ValidationError

from services.reviews.api.access import OFFICERS, lying_with
from services.reviews.commands import assignments, decisions, returns
from services.reviews.commands.records import Found
from services.reviews.forms import AuthorityDecision, Bulk, BureauDecision, MinistryDecision
from services.reviews.vocabulary import BulkAct
from shared.messaging import Work
from shared.regulation import Step
from shared.web.app import defects_of
from shared.web.auth import Caller, CallerDep, Role
from shared.web.bulk import BulkResults, one_by_one
from shared.web.cases import Assignment, Return
from shared.web.fields import Form
from shared.web.idempotency import OnceDep, Reply
from shared.web.problems import InvalidInput

router = APIRouter(prefix="/reviews", tags=["reviews"])

Command = Callable[[Work, UUID, Any, Caller], Awaitable[Found]]


@dataclass(frozen=True, slots=True)
class Doing:
    """How an act of a bulk request is done: its body, who may do it, and the command."""

    form: type[Form]
    roles: tuple[Role, ...]
    command: Command


def _deciding(step: Step) -> Command:
    async def command(work: Work, review_id: UUID, form: Any, caller: Caller) -> Found:
        decided_on = form.decided_on if step is Step.MINISTRY else None
        return await decisions.decide(work, review_id, step, form.outcome, form.opinion, caller, decided_on)

    return command


ACTS: Mapping[BulkAct, Doing] = {
    BulkAct.RETURN: Doing(Return, OFFICERS, returns.return_for_correction),
    BulkAct.AUTHORITY_DECISION: Doing(AuthorityDecision, (Role.AUTHORITY,), _deciding(Step.AUTHORITY)),
    BulkAct.BUREAU_DECISION: Doing(BureauDecision, (Role.BUREAU,), _deciding(Step.BUREAU)),
    BulkAct.MINISTRY_DECISION: Doing(MinistryDecision, (Role.BUREAU,), _deciding(Step.MINISTRY)),
    BulkAct.ASSIGNMENT: Doing(Assignment, OFFICERS, assignments.assign),
}


@router.post("/bulk")
async def act_on_applications(form: Bulk, caller: CallerDep, once: OnceDep) -> BulkResults:
    """Do one act to many applications, each in a transaction of its own, with a result for each.

    `body` is that of the act itself. With an `Idempotency-Key` a repeated request does what is left to do.
    """
    doing = ACTS[form.act]
    try:
        body = doing.form.model_validate(form.body)
    except ValidationError as error:
        errors = [{**each, "loc": ("body", "body", *each["loc"])} for each in error.errors()]
        raise InvalidInput(errors=defects_of(errors)) from error

    async def act(review_id: UUID) -> Response:
        async def reply(work: Work) -> Reply:
            await lying_with(work, review_id, caller, *doing.roles)
            await doing.command(work, review_id, body, caller)
            return Reply(body=None)

        return await once.of(str(review_id))(reply)

    return await one_by_one(form.ids, act, lambda review_id: f"/api/v1/reviews/{review_id}")
