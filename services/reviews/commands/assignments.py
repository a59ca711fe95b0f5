"""Who takes an application in hand."""

from uuid import UUID

from services.reviews.commands.records import Found, held, move
from services.reviews.domain.cases import require
from services.reviews.vocabulary import Act
from shared.messaging import Work
from shared.web.caller import Caller
from shared.web.cases import Assignment


async def assign(work: Work, review_id: UUID, assignment: Assignment, caller: Caller) -> Found:
    """Take a case, release it or give it to another officer. Raises `HeldByAnother` unless the bureau does it."""
    review, certification = await held(work, review_id)
    require(Act.ASSIGN, review.status)
    review.assignee, review.assignee_name = assignment.by(caller, review.assignee, review.assignee_name)
    move(work, review, Act.ASSIGN, caller=caller, opinion=review.assignee_name)
    return review, certification
