"""重大变更: a firm's reports of major changes, from the day one happened to what was decided on its titles."""

from fastapi import APIRouter

from services.portal.pages.changes import beginning, listing, reading, sending, writing

router = APIRouter(include_in_schema=False)
for part in (listing, beginning, writing, sending, reading):
    router.include_router(part.router)
