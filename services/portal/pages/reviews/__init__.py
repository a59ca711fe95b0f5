"""A review application (复核申请) as its firm follows it: where it stands, correcting it, taking it back."""

from fastapi import APIRouter

from services.portal.pages.reviews import correcting, reading

router = APIRouter(include_in_schema=False)
for part in (reading, correcting):
    router.include_router(part.router)
