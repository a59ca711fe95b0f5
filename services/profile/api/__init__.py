"""HTTP of the profile service: enterprises, their annual updates, who has not updated yet."""

from fastapi import APIRouter

from services.profile.api import enterprises, statistics, updates

router = APIRouter(prefix="/api/v1", tags=["profile"])
router.include_router(enterprises.router)
router.include_router(updates.router)
router.include_router(statistics.router)
