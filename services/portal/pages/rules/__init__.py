"""The rules in force on a date, with the documents and articles that they rest on."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused, or_none
from services.portal.visit import Visiting
from services.portal.words import N_

router = APIRouter(prefix="/help/rules", include_in_schema=False)

RULES = {
    "update.due": N_("年度信息更新截止日"),
    "update.first_year": N_("首个更新年度"),
    "update.extended": N_("延期通知"),
    "update.missed": N_("逾期未更新的后果"),
    "review.window": N_("复核受理期"),
    "review.campaign": N_("复核批次"),
    "review.route": N_("复核程序"),
    "review.extension": N_("通过复核后的有效期"),
    "review.pending": N_("复核期间的效力"),
    "review.not_renewed": N_("未通过或未申请复核的后果"),
    "review.title_held": N_("受理条件：持有称号"),
    "review.eligibility": N_("受理条件：具有复核资格"),
    "review.profile_fresh": N_("受理条件：信息更新已按时完成"),
    "review.single_application": N_("受理条件：没有未办结的申请"),
    "review.on_site_check": N_("实地抽查"),
    "review.public_notice": N_("公示"),
    "change_report.due": N_("重大变化报告期限"),
    "change_report.late": N_("逾期报告的后果"),
    "change_report.retained": N_("变化后仍符合标准"),
    "change_report.cancelled": N_("变化后不再符合标准"),
    "case.handling": N_("办理时限"),
    "case.return": N_("退回补正"),
    "account.delegation": N_("授权经办人"),
}
"""What a rule is about, by its id."""
PARTS = (
    ("update", N_("年度信息更新")),
    ("review", N_("复核申请")),
    ("change_report", N_("重大变化报告")),
    ("case", N_("办理")),
    ("account", N_("账号")),
)
"""The parts of a rules file by what their rules' ids begin with."""
PLACES = {
    "{year}": N_("（年度）"),
    "{nominal}": N_("（原定日期）"),
    "{due}": N_("（新的日期）"),
    "{source}": N_("（通知名称）"),
    "{opens}": N_("（开始日期）"),
    "{closes}": N_("（截止日期）"),
}
"""What a notice puts into the sentence of a rule, where there is no notice."""


@router.get("")
async def rules(visit: Visiting, on: str = "") -> Response:
    """Every rule of today, or of a date."""
    refused = None
    try:
        told = await or_none(visit.api.get("/regulation", on=on.strip()))
    except Refused as error:
        refused, told = error, await or_none(visit.api.get("/regulation"))
    typed = {"on": told["on"] if told and not refused else on}

    def filled(sentence: str) -> str:
        for place, words in PLACES.items():
            sentence = sentence.replace(place, visit.say(words))
        return sentence

    labels = {"on": visit.say("哪一天的规定")}
    return visit.form_page(
        "rules/page.html", refused, typed, labels=labels, told=told, parts=_parts(told), names=RULES, filled=filled
    )


def _parts(told: dict[str, list[dict[str, str]]] | None) -> list[tuple[str, list[dict[str, str]]]]:
    """The rules in groups; what belongs to none is in the last."""
    found = [
        (name, [rule for rule in (told or {"rules": []})["rules"] if rule["rule"].partition(".")[0] == part])
        for part, name in PARTS
    ]
    return [(name, rules) for name, rules in found if rules]
