"""信息更新: the annual update, from the list of its groups to its reference."""

from fastapi import APIRouter

from services.portal.pages.update import hub, sending, writing

router = APIRouter(include_in_schema=False)
for part in (hub, sending, writing):
    router.include_router(part.router)
