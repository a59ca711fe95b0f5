"""重大变更 as officers work on it: what is to be done, a report with everything about it, each act on it."""

from fastapi import APIRouter

from services.portal.pages.change_cases import acting, reading

router = APIRouter(prefix="/officers/changes", include_in_schema=False)
for part in (reading, acting):
    router.include_router(part.router)
