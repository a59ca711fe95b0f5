"""详情: where an application stands, every step, what was found and decided; the confirmation; the sheet to print."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import happened
from services.portal.forms import field_of, flat
from services.portal.language import Language, gettext
from services.portal.update_form.groups import BY_NAME
from services.portal.update_form.reading import shown
from services.portal.visit import LoggedIn, Visit
from services.portal.words import WORDS, word

router = APIRouter()


async def read(visit: Visit, review_id: UUID) -> dict[str, Any]:
    """The application. Raises `NoFirm` for who acts for none, and `ApiError`."""
    assert visit.firm
    return dict(await visit.api.get(f"/reviews/{review_id}"))


@router.get("/reviews/{review_id}")
async def detail(visit: LoggedIn, review_id: UUID) -> Response:
    """详情; while it is being checked the page looks again by itself."""
    review, events = await asyncio.gather(read(visit, review_id), happened(visit.api, case=review_id))
    return visit.page(
        "reviews/detail.html",
        review=review,
        happened=events,
        wanted=shortcomings(review, visit.language),
        figures=figures(review, visit.language),
    )


@router.get("/reviews/{review_id}/done")
async def done(visit: LoggedIn, review_id: UUID) -> Response:
    """It is submitted: the reference, and what happens next."""
    review = await read(visit, review_id)
    if review["status"] not in ("submitted", "authority_passed"):
        return visit.go(f"/reviews/{review_id}")
    return visit.page("reviews/done.html", review=review, next_steps=_next_steps(visit, review))


@router.get("/reviews/{review_id}/print")
async def sheet(visit: LoggedIn, review_id: UUID) -> Response:
    """复核申请表 on one sheet."""
    return visit.page("reviews/print.html", review=await read(visit, review_id), path=f"/reviews/{review_id}")


def figures(review: dict[str, Any], language: Language) -> list[tuple[str, str]]:
    """The figures of the kept copy of the profile with their names, as the update's form has them."""
    latest = (review["profile"] or {}).get("latest_update")
    told = flat(latest["figures"]) if latest else {}
    fields = [field for name in ("years", "product", "ip") for field in BY_NAME[name].fields]
    return [
        (gettext(language, each.label), shown(each, told[each.name], language)) for each in fields if each.name in told
    ]


def shortcomings(review: dict[str, Any], language: Language) -> list[dict[str, str]]:
    """What the officers want corrected, as a form shows it; what is not in the form belongs to no field."""
    correction = review["correction"] or {"defects": ()}
    found = []
    for each in correction["defects"]:
        field = field_of(each["field"])
        known = field in WORDS["review_field"]
        label = word(language, field, "review_field") if known else field
        found.append({"field": field if known else "", "label": label, "text": each["text"]})
    return found


def _next_steps(visit: Visit, review: dict[str, Any]) -> list[str]:
    check = (
        [visit.say("本申请需要实地抽查，审核部门会与联系人约定时间。")] if review["on_site_check"]["required"] else []
    )
    return [
        visit.say("由%(office)s办理。", office=word(visit.language, review["authority"], "authority"))
        if review["step"] == "authority"
        else visit.say("现在由%(step)s。", step=word(visit.language, review["step"], "review_step")),
        *check,
        visit.say("需要补正的，会一次列出全部问题，并发邮件告知补正期限。"),
        visit.say("每一步的结果都会发邮件告知，也可以随时在本平台查看。"),
    ]
