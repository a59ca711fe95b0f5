"""HTTP of the profile service: enterprises, annual updates, who has not updated yet, the rules, moved deadlines."""

from fastapi import APIRouter

from services.profile.api import delegations, enterprises, extensions, regulation, statistics, updates

router = APIRouter(prefix="/api/v1", tags=["profile"])
router.include_router(enterprises.router)
router.include_router(updates.router)
router.include_router(statistics.router)
router.include_router(extensions.router)
router.include_router(delegations.router)
router.include_router(regulation.router)
