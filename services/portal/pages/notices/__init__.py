"""通知: deadlines moved by notice (延期) and review campaigns (复核批次): their effect, how they come and end."""

from fastapi import APIRouter

from services.portal.pages.notices import declaring, ending, reading

router = APIRouter(include_in_schema=False)
router.include_router(declaring.router)
router.include_router(reading.router)
router.include_router(ending.router)
