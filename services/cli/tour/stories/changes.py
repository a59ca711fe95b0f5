"""Scenes of major changes: reported, late, corrected, taken back, never reported; the ministry's answer."""

from typing import Any

from services.cli.credit_codes import new_code
from services.cli.tour.forms import DECLARATION, IMPACT, change_form, merger_form
from services.cli.tour.stage import Stage
from services.cli.tour.stories.cast import (
    BUREAU,
    OFFICER,
    Cast,
    Firm,
    certification,
    submit_change,
    until_eligibility,
    until_mailed,
)


async def rename(stage: Stage) -> None:
    stage.scene("八、更名", "a rename is drafted, edited, submitted, decided, and shows in the profile")
    await stage.at("2026-05-21T10:00")
    firm, new = Cast.renamed, "厦门示例新名软件有限公司"
    form = change_form(firm.credit_code, "2026-05-08", old=firm.name, new="厦门示例新明软件有限公司")
    draft = await stage.request(firm.account, "POST", "/changes", expect=201, body=form)
    path = f"/changes/{draft['id']}"
    form = change_form(firm.credit_code, "2026-05-08", old=firm.name, new=new)
    edited = await stage.request(firm.account, "PUT", path, expect=200, body=form, version=draft["_version"])
    await stage.request(firm.account, "PUT", path, expect=412, body=form, version=draft["_version"])
    stage.check(edited["timeliness"]["due"] == "2026-08-10", "due on Monday 10 August: 8 August is a Saturday")
    await stage.request(firm.account, "POST", f"{path}/submission", expect=200, body={"declaration": DECLARATION})
    await stage.request(firm.account, "PUT", path, expect=409, body=form, version=edited["_version"])
    opinion = {"meets_criteria": True, "opinion": "经核实，主营业务与人员未变"}
    await stage.request(OFFICER, "POST", f"{path}/opinion", expect=200, body=opinion)
    decision = {
        "decisions": [
            {"certification_id": firm.certification, "outcome": "retained", "reason": "仍符合认定标准"},
        ]
    }
    decided = await stage.request(BUREAU, "POST", f"{path}/decision", expect=200, body=decision)
    stage.check(decided["status"] == "decided", "the bureau has decided: title and validity stay")
    await stage.request(BUREAU, "POST", f"{path}/decision", expect=409, body=decision)

    async def shows() -> bool:
        return bool((await stage.read(firm.path))["name"] == new)

    await stage.until("the new name shows in the profile", shows)
    profile = await stage.read(firm.path)
    stage.check(any(each["name"] == firm.name for each in profile["names"]), "and the old one stays in its history")
    await stage.happened(firm.credit_code)


async def late_report(stage: Stage) -> None:
    stage.scene("九、迟报", "a report after its three months is marked late, with the computed dates")
    form = change_form(Cast.late.credit_code, "2025-11-30", old=Cast.late.name, new="厦门示例迟报材料有限公司")
    report_id = await submit_change(stage, Cast.late, form)
    report = await stage.request(Cast.late.account, "GET", f"/changes/{report_id}", expect=200)
    timeliness = report["timeliness"]
    stage.check(timeliness["on_time"] is False, "marked late")
    stage.check(
        timeliness["due"] == "2026-02-28", "it was due on 28 February 2026, a Saturday, but a working one (调休)"
    )
    stage.check("第十三条" in timeliness["citation"]["article"], f"by {timeliness['citation']['article']}")
    held = await certification(stage, Cast.late)
    stage.check(held["eligibility"] == "held", "nothing is taken from the firm without an officer's decision")
    await stage.happened(Cast.late.credit_code)


async def correction(stage: Stage) -> None:
    stage.scene("十、退回与撤回", "a report is returned with every defect and comes back; another is taken back")
    firm = Cast.careful
    form = _control_form(firm, "2026-02-24")
    report_id = await submit_change(stage, firm, form)
    path = f"/changes/{report_id}"
    defects = [
        {"field": "/after", "text": "请填写变更后各股东的持股比例"},
        {"field": "/reason", "text": "请说明股权转让的原因"},
    ]
    returned = await stage.request(
        OFFICER, "POST", f"{path}/return", expect=200, body={"defects": defects, "due": None}
    )
    stage.check(len(returned["correction"]["defects"]) == 2, "returned once, with both defects")
    stage.check(returned["correction"]["due"] == "2026-06-04", "to be resubmitted within ten working days: 4 June")
    opinion = {"meets_criteria": True, "opinion": "符合"}
    early = await stage.request(OFFICER, "POST", f"{path}/opinion", expect=409, body=opinion)
    stage.check("submitted" in early["possible_while"], "while it is with the firm no opinion is given")
    await until_mailed(stage, firm, "change_returned", "the firm is told what to correct")
    await stage.at("2026-05-26T10:00")
    corrected = form | {"after": "甲持股60%，乙持股40%", "reason": "原股东退出，转让其全部股权"}
    await stage.request(firm.account, "PUT", path, expect=200, body=corrected, version=returned["_version"])
    back = await stage.request(
        firm.account, "POST", f"{path}/resubmission", expect=200, body={"declaration": DECLARATION}
    )
    stage.check(back["status"] == "submitted", "it is back with the authority")
    stage.check(back["timeliness"]["on_time"] is True, "and on time by its first submission of 21 May: due 25 May")
    other = await submit_change(stage, firm, _control_form(firm, "2026-05-18"))
    reason = {"reason": "交易尚未完成"}
    withdrawn = await stage.request(firm.account, "POST", f"/changes/{other}/withdrawal", expect=200, body=reason)
    stage.check(withdrawn["status"] == "withdrawn", "a second report is withdrawn before an opinion")
    stage.check(withdrawn["timeliness"]["on_time"] is None, "and its timeliness is lost")
    await stage.happened(firm.credit_code)


def _control_form(firm: Firm, happened_on: str) -> dict[str, Any]:
    return {
        "credit_code": firm.credit_code,
        "type": "control",
        "happened_on": happened_on,
        "before": "甲持股100%",
        "after": "甲、乙共同持股",
        "reason": "股权转让",
        "details": {},
        "impact": IMPACT,
    }


async def unreported(stage: Stage) -> None:
    stage.scene(
        "十一、未报告的变化",
        "an officer decides what a change costs that was never reported",
    )
    firm = Cast.silent
    seen = {
        "credit_code": firm.credit_code,
        "type": "restructuring",
        "happened_on": "2026-01-15",
        "evidence": "登记机关公示的变更记录（示例）",
    }
    occurrence = await stage.request(OFFICER, "POST", "/occurrences", expect=201, body=seen)
    stage.check(occurrence["due"] == "2026-04-15", "it was to be reported by 15 April")
    stage.check(occurrence["state"] == "overdue", "and was not")
    held = await certification(stage, firm)
    stage.check(held["eligibility"] == "held", "nothing is lost by itself")
    path = f"/occurrences/{occurrence['id']}/sanction"
    chosen = {
        "choice": "revoke_eligibility",
        "certification_ids": None,
        "reason": "重大变化未在三个月内报告，经提醒仍未报告",
    }
    await stage.request(OFFICER, "POST", path, expect=403, body=chosen)
    await stage.request(BUREAU, "POST", path, expect=200, body=chosen)
    await stage.request(BUREAU, "POST", path, expect=409, body=chosen)
    lost = await until_eligibility(stage, firm, "revoked", "the officer chose: the right to the review is lost")
    cited = lost["revocation"]["citation"]
    stage.check("第十三条" in cited["article"], f"by {cited['document']} {cited['article']}")
    await until_mailed(stage, firm, "change_sanctioned", "the firm is told why")
    await stage.happened(firm.credit_code)


async def little_giant(stage: Stage) -> None:
    stage.scene("十四、小巨人", "a little giant that no longer qualifies is referred to the ministry, which cancels")
    await stage.at("2026-06-12T10:00")
    firm = Cast.giant
    form = merger_form(firm.credit_code, "2026-05-06", new_code())
    report_id = await submit_change(stage, firm, form)
    opinion = {"meets_criteria": False, "opinion": "合并后已不属中小企业"}
    await stage.request(OFFICER, "POST", f"/changes/{report_id}/opinion", expect=200, body=opinion)
    cancel = [{"certification_id": firm.certification, "outcome": "cancelled", "reason": "不再符合认定标准"}]
    await stage.request(BUREAU, "POST", f"/changes/{report_id}/decision", expect=422, body={"decisions": cancel})
    refer = [
        {"certification_id": firm.certification, "outcome": "referred", "reason": "经核实不再符合，报工业和信息化部"}
    ]
    referred = await stage.request(
        BUREAU, "POST", f"/changes/{report_id}/decision", expect=200, body={"decisions": refer}
    )
    stage.check(referred["status"] == "referred", "the bureau cannot cancel a little giant; it refers")
    held = await certification(stage, firm)
    stage.check(held["status"] == "valid", "until the ministry has answered, the title stands")
    await stage.at("2026-06-15T10:00")
    answer = {
        "certification_id": firm.certification,
        "outcome": "cancelled",
        "reason": "取消认定",
        "answered_on": "2026-06-15",
    }
    await stage.request(BUREAU, "POST", f"/changes/{report_id}/ministry_answer", expect=200, body=answer)

    async def gone() -> bool:
        return bool((await certification(stage, firm))["status"] == "cancelled")

    await stage.until("the ministry's answer is recorded, the title cancelled", gone)
    await stage.happened(firm.credit_code)
