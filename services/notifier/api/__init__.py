"""HTTP of the notifier: what is owed, what was mailed and came back, who subscribes, whom to call, what was heard."""

from fastapi import APIRouter

from services.notifier.api import (
    delivery_reports,
    follow_ups,
    messages,
    obligations,
    previews,
    proofs,
    subscriptions,
    timeline,
)

router = APIRouter(prefix="/api/v1", tags=["notifier"])
router.include_router(obligations.router)
router.include_router(follow_ups.router)
router.include_router(messages.router)
router.include_router(subscriptions.router)
router.include_router(previews.router)
router.include_router(timeline.router)
router.include_router(delivery_reports.router)
router.include_router(proofs.router)
