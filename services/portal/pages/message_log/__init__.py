"""邮件记录: what was mailed and what was not, for officers: the log, each mail as it was sent, sent anew, proven."""

from fastapi import APIRouter

from services.portal.pages.message_log import proving, reading, resending

router = APIRouter(include_in_schema=False)
router.include_router(proving.router)
router.include_router(reading.router)
router.include_router(resending.router)
