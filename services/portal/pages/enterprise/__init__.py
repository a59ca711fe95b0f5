"""企业信息: what the platform knows of a firm, its updates, its contacts, who acts for it."""

from fastapi import APIRouter

from services.portal.pages.enterprise import contacts, persons, viewing

router = APIRouter(include_in_schema=False)
for part in (viewing, persons, contacts):
    router.include_router(part.router)
