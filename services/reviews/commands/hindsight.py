"""What would be decided at another instant or under other rules: read, judged, and nothing changed."""

from dataclasses import dataclass
from datetime import datetime

from services.reviews.commands.applications import present_facts
from services.reviews.conditions import Condition, Facts, judge
from services.reviews.hindsight import FactSource, Past, as_of, sources
from services.reviews.models import Certification, ProfileCopy
from services.reviews.repository import applications, campaigns, extensions
from services.reviews.repository import certifications as titles
from shared.messaging import Work
from shared.regulation import Regulation


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The conditions as judged on facts that may not be those of now."""

    facts: Facts
    conditions: tuple[Condition, ...]
    copy: ProfileCopy | None
    sources: tuple[FactSource, ...]


async def suppose(work: Work, certification: Certification, at: datetime, rules: Regulation) -> Hypothesis:
    """Judge a title's conditions as they would be at an instant under some rules."""
    present, copy = await present_facts(work, certification)
    past = Past(
        certification.ending,
        await applications.past_reviews(work.session, certification),
        await titles.past_rights(work.session, certification.id),
        await campaigns.in_force(work.session, at),
        await extensions.in_force(work.session, at),
    )
    facts = as_of(present, past, at, rules)
    return Hypothesis(facts, judge(facts), copy, sources(work.regulation, rules))
