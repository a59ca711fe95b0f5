"""送达证明: what a firm was told of a duty or a case, to be looked at, printed and taken along as a file."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import NotThere, Refused, or_none
from services.portal.pages.message_log.reading import HERE
from services.portal.visit import Officer, Visit

router = APIRouter(prefix=f"{HERE}/proof")
FIELDS = ("credit_code", "duty", "year", "obligation_id", "case")


def _asked(visit: Visit) -> dict[str, str]:
    query = visit.request.query_params
    return {name: query[name].strip() for name in FIELDS if query.get(name, "").strip()}


@router.get("")
async def proof(visit: Officer) -> Response:
    """What the proof would be made of; the form alone until a firm, an obligation or a case is named."""
    asked = _asked(visit)
    refused, found, missing = None, None, False
    if asked:
        try:
            found = await or_none(visit.api.get("/proofs_of_notice", **asked))
        except NotThere:
            missing = True
        except Refused as error:
            refused = error
    return visit.form_page("message_log/proof.html", refused, asked, found=found, missing=missing, asked=asked)


@router.get("/export")
async def export(visit: Officer) -> Response:
    """The same as a ZIP, sent while it is read."""
    return await visit.file("/proofs_of_notice/export", **_asked(visit))
