"""称号 as officers see them: who holds which until when, what each owes, and the right to its review."""

from fastapi import APIRouter

from services.portal.pages.titles import reading, rights

router = APIRouter(include_in_schema=False)
for part in (reading, rights):
    router.include_router(part.router, prefix=rights.LIST)
