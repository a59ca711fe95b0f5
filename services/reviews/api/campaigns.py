"""HTTP on review campaigns (复核批次)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status

from services.reviews.commands import campaigns as commands
from services.reviews.forms import CampaignEnd, CampaignForm
from services.reviews.repository import campaigns
from services.reviews.views.campaigns import (
    CampaignDetail,
    CampaignPreview,
    CampaignView,
    CurrentCampaign,
    CurrentCampaigns,
)
from shared.messaging import Work
from shared.regulation import not_overruled
from shared.web.auth import Caller, CallerDep, Role, require
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import NotFound
from shared.web.public import for_everybody

router = APIRouter(prefix="/campaigns", tags=["campaigns"])

MOST = 50
"""Most campaigns that are told to everybody."""

Bureau = Annotated[Caller, Depends(require(Role.BUREAU))]


@router.post("", status_code=201, response_model=CampaignView)
async def declare_campaign(form: CampaignForm, caller: Bureau, once: OnceDep) -> Response:
    """Declare a campaign: it overrides the window of the titles that it covers, either way, from now on."""

    async def act(work: Work) -> Reply:
        campaign = await commands.declare(work, form, caller)
        return Reply(
            body=CampaignView.of(campaign),
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/campaigns/{campaign.id}"},
        )

    return await once(act)


@router.get("")
async def list_campaigns(
    request: Request, _: CallerDep, paging: Paging, in_force: bool | None = None
) -> Page[CampaignView]:
    """Campaigns, the newest first; `in_force=true` leaves out those that were ended."""
    async with request.app.state.backend.work() as work:
        found = await campaigns.campaigns(
            work.session, in_force=in_force, before=paging.after_id(), limit=paging.limit + 1
        )
        views = [CampaignView.of(each) for each in found]
    return paging.page(views, lambda view: [view.id])


@router.post("/preview")
async def preview_campaign(request: Request, form: CampaignForm, _: Bureau) -> CampaignPreview:
    """Which titles a campaign would cover if it were declared now; nothing is changed."""
    regulation = request.app.state.backend.regulation
    async with request.app.state.backend.work() as work:
        counted = await campaigns.covered(
            work.session, sorted(set(form.titles)), form.expires_from, form.expires_to, None
        )
    return CampaignPreview.of(form, counted, regulation)


@router.get("/current")
async def current_campaigns(request: Request, response: Response) -> CurrentCampaigns:
    """The campaigns that are open, or will be, the newest first; no login is needed."""
    async with request.app.state.backend.work() as work:
        declared = not_overruled(await campaigns.in_force(work.session))
        current = [each for each in declared if each.closes >= work.today()]
    for_everybody(response)
    regulation = request.app.state.backend.regulation
    return CurrentCampaigns(items=[CurrentCampaign.of(each, regulation) for each in current[: -MOST - 1 : -1]])


@router.get("/{campaign_id}")
async def read_campaign(request: Request, campaign_id: UUID, caller: CallerDep) -> CampaignDetail:
    """A campaign, and whether its titles are still being brought in line with it; to officers, how many these are."""
    async with request.app.state.backend.work() as work:
        campaign = await campaigns.campaign(work.session, campaign_id)
        if campaign is None:
            raise NotFound("There is no such campaign")
        counted = None
        if caller.role is not Role.ENTERPRISE:
            counted = await campaigns.covered(
                work.session, campaign.titles, campaign.expires_from, campaign.expires_to, campaign.id
            )
    return CampaignDetail.counted(campaign, counted, request.app.state.backend.regulation)


@router.post("/{campaign_id}/end", response_model=CampaignView)
async def end_campaign(campaign_id: UUID, form: CampaignEnd, caller: Bureau, once: OnceDep) -> Response:
    """End a campaign for a reason: its titles' windows are again what they would be without it."""

    async def act(work: Work) -> Reply:
        return Reply(body=CampaignView.of(await commands.end(work, campaign_id, form.reason, caller)))

    return await once(act)
