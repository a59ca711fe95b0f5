"""HTTP of the notifier: what is owed, what was mailed, who subscribes to it, whom to call,
what was heard of a firm."""

from fastapi import APIRouter

from services.notifier.api import follow_ups, messages, obligations, previews, subscriptions, timeline

router = APIRouter(prefix="/api/v1", tags=["notifier"])
router.include_router(obligations.router)
router.include_router(follow_ups.router)
router.include_router(messages.router)
router.include_router(subscriptions.router)
router.include_router(previews.router)
router.include_router(timeline.router)
