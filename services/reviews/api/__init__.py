"""HTTP of the reviews service: titles, lists of them, applications for review."""

from fastapi import APIRouter

from services.reviews.api import certifications, imports, reviews

router = APIRouter(prefix="/api/v1")
router.include_router(certifications.router)
router.include_router(imports.router)
router.include_router(reviews.router)
