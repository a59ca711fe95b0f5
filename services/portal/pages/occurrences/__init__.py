"""线索: major changes that officers saw before their firms report them."""

from fastapi import APIRouter

from services.portal.pages.occurrences import listing, reading, recording

router = APIRouter(include_in_schema=False)
for part in (listing, recording, reading):
    router.include_router(part.router, prefix="/officers/occurrences")
