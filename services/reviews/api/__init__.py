"""HTTP of the reviews service: titles, lists of them, campaigns, applications for review."""

from fastapi import APIRouter

from services.reviews.api import campaigns, certifications, imports, reviews

router = APIRouter(prefix="/api/v1")
router.include_router(certifications.router)
router.include_router(imports.router)
router.include_router(campaigns.router)
router.include_router(reviews.router)
