"""认证到期管理: a firm's titles, whether each one's review can be applied for, and the application."""

from fastapi import APIRouter

from services.portal.pages.certifications import applying, reading

router = APIRouter(include_in_schema=False)
for part in (reading, applying):
    router.include_router(part.router)
