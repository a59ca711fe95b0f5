"""Review campaigns as they are answered."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.reviews.forms import CampaignForm
from services.reviews.models import Campaign
from services.reviews.repository.campaigns import Covered
from shared.contracts import Citation
from shared.regulation import Campaign as RuledCampaign
from shared.regulation import Regulation, Rule, Title


class CampaignView(BaseModel):
    """A review campaign. `spreading`: its titles are still being brought in line with it, or with its end."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    titles: list[str]
    expires_from: date
    expires_to: date
    opens: date
    closes: date
    source: str
    declared_at: datetime
    declared_by_name: str
    ended_at: datetime | None
    ended_by_name: str | None
    end_reason: str | None
    spreading: bool

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignView":
        return cls.model_validate(campaign)


class CoveredTitles(BaseModel):
    """How many valid titles of a kind a campaign covers, and of how many of them it sets the window (`moved`)."""

    model_config = ConfigDict(from_attributes=True)

    title: str
    titles: int
    moved: int


class CampaignDetail(CampaignView):
    """A campaign with what it rests on and the titles that it covers, counted; not counted for enterprises."""

    citation: Citation
    covered: list[CoveredTitles] | None

    @classmethod
    def counted(cls, campaign: Campaign, covered: Sequence[Covered] | None, regulation: Regulation) -> "CampaignDetail":
        counts = None if covered is None else [CoveredTitles.model_validate(each) for each in covered]
        citation = _citation(campaign, Title(campaign.titles[0]), regulation)
        return cls.model_validate(CampaignView.of(campaign).model_dump() | {"citation": citation, "covered": counts})


class CampaignPreview(BaseModel):
    """What a campaign would cover."""

    covered: list[CoveredTitles]
    citation: Citation

    @classmethod
    def of(cls, form: CampaignForm, covered: Sequence[Covered], regulation: Regulation) -> "CampaignPreview":
        counts = [CoveredTitles.model_validate(each) for each in covered]
        return cls(covered=counts, citation=_citation(form, form.titles[0], regulation))


class CurrentCampaign(BaseModel):
    """A campaign in force as everybody may read it: which titles, expiring when, apply from when to when."""

    id: UUID
    titles: list[str]
    title_names: list[str]
    expires_from: date
    expires_to: date
    opens: date
    closes: date
    source: str
    citation: Citation

    @classmethod
    def of(cls, campaign: RuledCampaign, regulation: Regulation) -> "CurrentCampaign":
        stored = ("id", "expires_from", "expires_to", "opens", "closes", "source")
        titles = [title for title in Title if title in campaign.titles]
        return cls.model_validate(
            {
                **{name: getattr(campaign, name) for name in stored},
                "titles": titles,
                "title_names": [regulation.title_name(title) for title in titles],
                "citation": _citation(campaign, titles[0], regulation),
            }
        )


def _citation(campaign: RuledCampaign | CampaignForm | Campaign, title: Title, regulation: Regulation) -> Citation:
    opens, closes = campaign.opens.isoformat(), campaign.closes.isoformat()
    return Citation.model_validate(
        regulation.basis(
            Rule.REVIEW_CAMPAIGN, title, campaign.expires_to, source=campaign.source, opens=opens, closes=closes
        )
    )


class CurrentCampaigns(BaseModel):
    """The campaigns in force, the newest first."""

    items: list[CurrentCampaign]
