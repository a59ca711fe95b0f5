"""复核 as officers work on it: what is to be done, an application with everything about it, each act on it."""

from fastapi import APIRouter

from services.portal.pages.review_cases import bulk, listing, reading, single
from services.portal.pages.review_cases.acts import LIST

router = APIRouter(include_in_schema=False)
for part in (listing, bulk, reading, single):
    router.include_router(part.router, prefix=LIST)
