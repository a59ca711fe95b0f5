"""Review campaigns as they are answered."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.reviews.models import Campaign
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
        opens, closes = campaign.opens.isoformat(), campaign.closes.isoformat()
        basis = regulation.basis(
            Rule.REVIEW_CAMPAIGN, titles[0], campaign.expires_to, source=campaign.source, opens=opens, closes=closes
        )
        return cls.model_validate(
            {
                **{name: getattr(campaign, name) for name in stored},
                "titles": titles,
                "title_names": [regulation.title_name(title) for title in titles],
                "citation": Citation.model_validate(basis),
            }
        )


class CurrentCampaigns(BaseModel):
    """The campaigns in force, the newest first."""

    items: list[CurrentCampaign]
