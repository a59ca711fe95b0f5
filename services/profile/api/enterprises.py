"""HTTP of enterprises: who they are and whom to talk to."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status

from services.profile.api.access import CreditCodePath, Officer, seen
from services.profile.commands import enterprises
from services.profile.commands.enterprises import ContactField
from services.profile.forms import Registration
from services.profile.models import Enterprise, Name
from services.profile.naming import FEWEST_SIGNS, former_name, searchable
from services.profile.repository import profiles, search
from services.profile.repository.search import Wanted
from services.profile.views.enterprises import EnterpriseDetail, EnterpriseView, ListedEnterprise
from shared.messaging import Work
from shared.regulation import Title
from shared.web.auth import Caller, CallerDep, Forbidden
from shared.web.conditional import ExpectedVersion, tag
from shared.web.fields import ContactForm
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import Defect, InvalidInput
from shared.web.reach import within_reach

router = APIRouter(prefix="/enterprises")


@router.post("", status_code=201, response_model=EnterpriseView)
async def register_enterprise(form: Registration, caller: Officer, once: OnceDep) -> Response:
    """Enter a firm; 200 where it completes one that was entered because a title was granted to it."""
    if not caller.may_review_for(form.authority):
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/authority",
                    code="not_your_authority",
                    detail=f"you register enterprises of {caller.authority}",
                    detail_zh=f"只能登记本部门（{caller.authority}）的企业",
                )
            ]
        )

    async def act(work: Work) -> Reply:
        firm, new = await enterprises.register(work, form, caller)
        return Reply(
            body=EnterpriseView.of(firm, caller),
            status=status.HTTP_201_CREATED if new else status.HTTP_200_OK,
            headers={"Location": f"/api/v1/enterprises/{firm.credit_code}", "ETag": f'"{firm.version}"'},
        )

    return await once(act)


@router.get("")
async def list_enterprises(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    q: Annotated[
        str | None, Query(max_length=200, description="A credit code or its beginning, or part of a name of any time")
    ] = None,
    authority: str | None = None,
    title: Annotated[Title | None, Query(description="Those that hold it")] = None,
    name: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    updated_for: Annotated[int | None, Query(ge=2010, le=2100)] = None,
    not_updated_for: Annotated[int | None, Query(ge=2010, le=2100)] = None,
) -> Page[ListedEnterprise]:
    """Firms by credit code; `not_updated_for=2026` are those that owe an update still, or never did."""
    if q is not None and len(searchable(q)) < FEWEST_SIGNS:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="query/q",
                    code="too_short",
                    detail=f"look for {FEWEST_SIGNS} characters at least",
                    detail_zh=f"请至少输入{FEWEST_SIGNS}个字",
                )
            ]
        )
    wanted = Wanted(
        within_reach(caller, Enterprise.credit_code, Enterprise.authority),
        words=q,
        authority=authority,
        title=title,
        name=name,
        updated_for=updated_for,
        not_updated_for=not_updated_for,
    )
    after = str(paging.after[0]) if paging.after else None
    async with request.app.state.backend.work() as work:
        firms = await search.enterprises(work.session, wanted, after=after, limit=paging.limit + 1)
        codes = [firm.credit_code for firm in firms]
        titles = await profiles.titles_of(work.session, codes)
        names = await profiles.names_of(work.session, codes) if q is not None else ()
    regulation = request.app.state.backend.regulation
    found = ListedEnterprise.all_of(firms, caller, titles, _found_by(q, firms, names), regulation)
    return paging.page(found, lambda view: [view.credit_code])


def _found_by(words: str | None, firms: Sequence[Enterprise], names: Sequence[Name]) -> dict[str, str]:
    """Credit code to the former name by which a firm was found."""
    if words is None:
        return {}
    found = {
        firm.credit_code: former_name(
            words, firm.name, (each.name for each in names if each.credit_code == firm.credit_code)
        )
        for firm in firms
    }
    return {code: name for code, name in found.items() if name is not None}


@router.get("/{credit_code}")
async def read_enterprise(
    request: Request, response: Response, credit_code: CreditCodePath, caller: CallerDep
) -> EnterpriseDetail:
    """A firm with all its names and the years it has updated."""
    async with request.app.state.backend.work() as work:
        firm = await seen(work, credit_code, caller)
        names = await profiles.names(work.session, firm.credit_code)
        updates = await profiles.first_updates(work.session, firm.credit_code)
    tag(response, firm.version)
    return EnterpriseDetail.with_history(firm, caller, list(names), updates)


@router.put("/{credit_code}/contact")
async def change_contact(
    request: Request,
    response: Response,
    credit_code: CreditCodePath,
    contact: ContactForm,
    expected: ExpectedVersion,
    caller: CallerDep,
) -> EnterpriseView:
    """Replace the contact person; `If-Match` is the profile's version."""
    firm = await _changed(request, response, credit_code, ContactField.FIRST, contact, expected, caller)
    return EnterpriseView.of(firm, caller)


@router.put("/{credit_code}/second_contact")
async def change_second_contact(
    request: Request,
    response: Response,
    credit_code: CreditCodePath,
    contact: ContactForm,
    expected: ExpectedVersion,
    caller: CallerDep,
) -> EnterpriseView:
    """Name a second contact person, who gets the firm's mail too, or replace them."""
    firm = await _changed(request, response, credit_code, ContactField.SECOND, contact, expected, caller)
    return EnterpriseView.of(firm, caller)


@router.delete("/{credit_code}/second_contact", status_code=204)
async def remove_second_contact(
    request: Request, response: Response, credit_code: CreditCodePath, expected: ExpectedVersion, caller: CallerDep
) -> None:
    """Let the firm have one contact person only."""
    await _changed(request, response, credit_code, ContactField.SECOND, None, expected, caller)


async def _changed(
    request: Request,
    response: Response,
    credit_code: str,
    which: ContactField,
    contact: ContactForm | None,
    expected: int,
    caller: Caller,
) -> Enterprise:
    """The firm with a contact replaced, by itself or an officer over it."""
    async with request.app.state.backend.work() as work:
        firm = await seen(work, credit_code, caller)
        if not (caller.may_act_for(firm.credit_code) or caller.may_review_for(firm.authority)):
            raise Forbidden("Only the enterprise or its authority may do this")
        firm = await enterprises.change_contact(work, firm.credit_code, which, contact, expected)
    tag(response, firm.version)
    return firm
