"""The right to the review (复核资格) given back, or taken."""

from uuid import UUID

from fastapi.responses import Response

from services.portal import acting
from services.portal.acting import OFFICERS, Act, Case, Sent, only
from services.portal.api import Refused
from services.portal.cases import act_pages
from services.portal.visit import Visit
from services.portal.words import N_, word

LIST = f"{OFFICERS}/certifications"
RESTORATION = Act(
    "restoration",
    "restored",
    N_("恢复复核资格"),
    N_("复核资格已恢复，企业将收到通知。"),
    "titles/restoration.html",
    only("reason"),
    {"reason": N_("理由")},
    main=True,
)
REVOCATION = Act(
    "revocation",
    "revoked",
    N_("取消复核资格"),
    N_("复核资格已取消，企业将收到通知。"),
    "titles/revocation.html",
    only("duty", "reason"),
    {"duty": N_("取消的原因"), "reason": N_("理由")},
)
ACTS = (RESTORATION, REVOCATION)


async def _page(visit: Visit, act: Act, certification_id: UUID, sent: Sent | None, refused: Refused | None) -> Response:
    title = await visit.api.get(_path_of(certification_id))
    what = word(visit.language, title["title"], "title")
    case = Case(_path_of(certification_id), title["enterprise_name"], what, tuple(title["allowed"]))
    return acting.asked(visit, act, case, await acting.back_of(visit, LIST), sent, refused, title=title)


def _path_of(certification_id: UUID) -> str:
    return f"/certifications/{certification_id}"


router = act_pages("/certifications", ACTS, _page)
