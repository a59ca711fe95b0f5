"""What happens to annual updates (信息更新): drafts, submissions, and the word on a firm's freshness."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s
from pydantic import ValidationError

from services.profile import domain
from services.profile.commands.enterprises import Named, ensure
from services.profile.commands.telling import held, tell
from services.profile.forms import UpdateSubmission, defects_of_draft
from services.profile.models import AnnualUpdate, UpdateDraft
from services.profile.repository import profiles
from services.profile.repository.counts import counted
from shared.contracts import FreshnessReported, ProfileUpdated
from shared.messaging import Work
from shared.web.caller import Caller
from shared.web.conditional import hold
from shared.web.problems import Defect, InvalidInput, NotFound, StaleVersion
from shared.web.reach import is_assisted


async def save_draft(
    work: Work, credit_code: str, duty_year: int, form: Mapping[str, Any], expected: int | None, caller: Caller
) -> tuple[UpdateDraft, bool]:
    """Keep an unfinished update as it is; whether it is a new draft. The version guards against a lost edit."""
    await held(work, credit_code)
    draft = await profiles.draft(work.session, credit_code, duty_year, lock=True)
    if draft is None:
        if expected is not None:
            raise StaleVersion("The draft was deleted or submitted meanwhile")
        draft = UpdateDraft(
            credit_code=credit_code,
            duty_year=duty_year,
            version=1,
            form=dict(form),
            saved_at=work.now(),
            saved_by=caller.subject,
        )
        work.session.add(draft)
        return draft, True
    hold(expected, draft.version)
    draft.form, draft.saved_at, draft.saved_by = dict(form), work.now(), caller.subject
    draft.version += 1
    return draft, False


async def delete_draft(work: Work, credit_code: str, duty_year: int, expected: int) -> None:
    draft = await profiles.draft(work.session, credit_code, duty_year, lock=True)
    if draft is None:
        raise NotFound("There is no draft for this year")
    hold(expected, draft.version)
    await profiles.remove_draft(work.session, credit_code, duty_year)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission with what it does for every title: it counts where it is the year's first and on time."""

    update: AnnualUpdate
    first: bool
    answers: tuple[domain.YearAnswer, ...]


async def submit_update(work: Work, credit_code: str, form: UpdateSubmission, caller: Caller) -> Submitted:
    """Submit an annual update (信息更新, 第十二条). A late one is kept and shown, and restores nothing.

    An officer over the firm may do so from its signed paper form (代办); it is then marked as assisted.
    The instant is read while the firm is locked, so that what `report_freshness` answered is never overtaken.
    """
    firm = await held(work, credit_code)
    assisted = is_assisted(caller, credit_code, firm.authority, form.declaration)
    now = work.now()
    if not domain.may_submit(form.duty_year, now, work.regulation):
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/duty_year",
                    code="not_open_yet",
                    detail=f"the update for {form.duty_year} opens on {form.duty_year}-01-01",
                    detail_zh=f"{form.duty_year}年度信息更新自{form.duty_year}年1月1日起提交",
                )
            ]
        )
    before = await profiles.first_updates(work.session, credit_code)
    update = AnnualUpdate(
        id=uuid7s.uuid7(),
        credit_code=credit_code,
        duty_year=form.duty_year,
        submitted_at=now,
        submitted_by=caller.subject,
        submitted_by_name=caller.name,
        signatory=form.declaration.signatory,
        assisted=assisted,
        paper_reference=form.declaration.paper_reference if assisted else None,
        enterprise_name=firm.name,
        form=form.model_dump(mode="json", exclude={"declaration"}),
    )
    async with counted(work.session, [credit_code]):
        work.session.add(update)
    await profiles.remove_draft(work.session, credit_code, form.duty_year)
    firm.contact = form.basics.contact.model_dump()
    if form.basics.second_contact is not None:
        firm.second_contact = form.basics.second_contact.model_dump()
    firm.version += 1
    await tell(
        work,
        firm,
        lambda state: ProfileUpdated(
            credit_code=credit_code,
            profile=state,
            update_id=update.id,
            duty_year=form.duty_year,
            submitted_at=now,
            submitted_by=caller.subject,
            assisted=assisted,
        ),
    )
    first = before.get(form.duty_year)
    answers = await answers_for(work, credit_code, form.duty_year, first or now)
    return Submitted(update, first is None, answers)


async def answers_for(
    work: Work, credit_code: str, year: int, submitted_at: datetime | None
) -> tuple[domain.YearAnswer, ...]:
    """A duty year for every title that asks for it."""
    titles = await profiles.titles(work.session, credit_code)
    duties = domain.duties_in(year, [(title.title, title.status, title.duties) for title in titles])
    return tuple(domain.judge(duty, submitted_at, work.now(), work.regulation) for duty in duties)


async def report_freshness(
    work: Work, request_id: UUID, credit_code: str, name: str | None, authority: str | None
) -> None:
    """Answer what is known of a firm, as of an instant that no later submission can precede."""
    if name and authority:
        await ensure(work, [Named(credit_code, name, authority)])
    firm = await profiles.enterprise(work.session, credit_code, lock=True)
    if firm is None:
        work.emit(
            FreshnessReported(credit_code=credit_code, request_id=request_id, as_of=work.now(), profile=None),
            sequence=0,
        )
        return
    await tell(
        work,
        firm,
        lambda state: FreshnessReported(
            credit_code=credit_code, request_id=request_id, as_of=work.now(), profile=state
        ),
    )


def missing_in(draft: UpdateDraft) -> ValidationError | None:
    """What a draft still lacks for its submission."""
    return defects_of_draft({**draft.form, "duty_year": draft.duty_year})
