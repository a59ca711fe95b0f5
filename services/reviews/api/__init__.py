"""HTTP of the reviews service: titles, lists of them, campaigns, applications for review."""

from fastapi import APIRouter

from services.reviews.api import bulk, campaigns, certifications, imports, offices, reviews

router = APIRouter(prefix="/api/v1")
router.include_router(certifications.router)
router.include_router(imports.router)
router.include_router(campaigns.router)
router.include_router(reviews.router)
router.include_router(offices.router)
router.include_router(bulk.router)
