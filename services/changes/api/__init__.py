"""HTTP of the changes service: reports of major changes (重大变化情况报告表), recorded occurrences."""

from fastapi import APIRouter

from services.changes.api import attachments, bulk, occurrences, offices, reports

router = APIRouter(prefix="/api/v1")
router.include_router(reports.router)
router.include_router(offices.router)
router.include_router(bulk.router)
router.include_router(attachments.router)
router.include_router(occurrences.router)
