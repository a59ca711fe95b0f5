"""Review campaigns (复核批次): declared and ended by the bureau, spread over the titles that they cover."""

from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.commands.endings import PAGE
from services.reviews.commands.records import certification_state, set_window
from services.reviews.forms import CampaignForm
from services.reviews.models import Campaign
from services.reviews.repository import campaigns
from services.reviews.repository import certifications as titles
from services.reviews.vocabulary import CertificationStatus
from shared.contracts import CertificationRescheduled, Citation
from shared.messaging import Work
from shared.regulation import Title, campaign_in_effect
from shared.web.caller import Caller
from shared.web.problems import Conflict, NotFound


class CampaignEnded(Conflict):
    """The campaign has ended already

    Nothing revives it; declare another one.
    """

    type = "campaign-ended"
    title_zh = "该复核批次已终止"


async def declare(work: Work, form: CampaignForm, caller: Caller) -> Campaign:
    """Declare a campaign, in force at once; of several that cover a title the one declared last sets its window."""
    await campaigns.take_turns(work.session)
    campaign = Campaign(
        id=uuid7s.uuid7(),
        titles=sorted(set(form.titles)),
        expires_from=form.expires_from,
        expires_to=form.expires_to,
        opens=form.opens,
        closes=form.closes,
        source=form.source,
        declared_by=caller.subject,
        declared_by_name=caller.name,
        declared_at=work.now(),
        spreading=True,
    )
    work.session.add(campaign)
    return campaign


async def end(work: Work, campaign_id: UUID, reason: str, caller: Caller) -> Campaign:
    """End a campaign: its titles fall back to the one declared before it, or to the rule. Raises `CampaignEnded`.

    The campaign's row comes before everybody's turn, as for who spreads it, so that nobody waits in a circle.
    """
    campaign = await campaigns.campaign(work.session, campaign_id, lock=True)
    if campaign is None:
        raise NotFound("There is no such campaign")
    if campaign.ended_at is not None:
        raise CampaignEnded
    await campaigns.take_turns(work.session)
    campaign.ended_at, campaign.end_reason = work.now(), reason
    campaign.ended_by, campaign.ended_by_name = caller.subject, caller.name
    campaign.spreading, campaign.spread_to, campaign.spread_id = True, None, None
    return campaign


async def spread(work: Work) -> int:
    """Bring a page of the titles that a campaign covers in line with the campaigns in force; how many were looked at.

    Where it has come to is kept with the campaign, so that any replica goes on from there.
    """
    campaign = await campaigns.next_spreading(work.session)
    if campaign is None:
        return 0
    page = await campaigns.cohort(work.session, campaign, PAGE)
    if not page:
        campaign.spreading, campaign.spread_to, campaign.spread_id = False, None, None
        return 1
    campaign.spread_to, campaign.spread_id = page[-1]
    in_force = await campaigns.in_force(work.session)
    moved = []
    for certification in await titles.held(work.session, [each for _, each in page]):
        title = Title(certification.title)
        sets = campaign_in_effect(in_force, title, certification.valid_to)
        set_by = str(certification.campaign_id) if certification.campaign_id else None
        if certification.status != CertificationStatus.VALID or set_by == (sets.id if sets else None):
            continue
        window = work.regulation.review_window(title, certification.valid_to, sets)
        set_window(certification, window)
        certification.version += 1
        moved.append((certification, window))
    duties = await titles.duties(work.session, [certification.id for certification, _ in moved])
    for certification, window in moved:
        work.emit(
            CertificationRescheduled(
                credit_code=certification.credit_code,
                certification=certification_state(certification, duties[certification.id]),
                reason=window.basis.text if window.campaign_id else _why_ended(campaign),
                citation=Citation.model_validate(window.basis),
            ),
            sequence=certification.version,
        )
    return len(page)


def _why_ended(campaign: Campaign) -> str:
    return f"复核批次《{campaign.source}》已终止：{campaign.end_reason}"
