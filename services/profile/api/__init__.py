"""HTTP of the profile service: enterprises, their contact, their annual updates."""

from fastapi import APIRouter

from services.profile.api import enterprises, updates

router = APIRouter(prefix="/api/v1", tags=["profile"])
router.include_router(enterprises.router)
router.include_router(updates.router)
