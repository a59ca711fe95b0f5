"""Review campaigns as they are answered."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.reviews.models import Campaign


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
