"""The scenes of the tour, in the order in which they are played."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from services.cli.credit_codes import new_code
from services.cli.tour.forms import DECLARATION, change_form, contact, merger_form, update_form
from services.cli.tour.stage import Differs, Stage

BUREAU = "bureau"
AUTHORITY = "XM-SM"
OFFICER = f"officer:{AUTHORITY}"
STALE_TRIES = 10
AT_ONCE = 3
"""Firms that apply together: news takes its time when there is much of it."""
WARNING_DAYS = ("2026-03-31", "2026-04-16", "2026-04-23", "2026-04-27", "2026-04-29", "2026-04-30")
"""30, 14, 7, 3, 1 and 0 days before 30 April 2026."""


@dataclass
class Firm:
    """A firm of the tour: its account and the id of its title."""

    credit_code: str
    name: str
    certification: str = ""

    @property
    def account(self) -> str:
        return f"firm:{self.credit_code}"

    @property
    def path(self) -> str:
        return f"/enterprises/{self.credit_code}"


class Cast:
    """The firms of the tour, kept from scene to scene."""

    careful: Firm
    forgetful: Firm
    renamed: Firm
    late: Firm
    renewed: Firm
    giant: Firm


async def register(stage: Stage, name: str, title: str, valid_from: str, valid_to: str) -> Firm:
    """A firm in the platform with one title; updates that fell due before 2026 are not judged."""
    firm = Firm(new_code(), name)
    await stage.request(
        OFFICER,
        "POST",
        "/enterprises",
        expect=201,
        body={
            "credit_code": firm.credit_code,
            "name": name,
            "authority": AUTHORITY,
            "registered_place": "福建省厦门市思明区",
            "contact": contact(firm.credit_code),
        },
    )
    granted = await stage.request(
        BUREAU,
        "POST",
        "/certifications",
        expect=201,
        body=_grant(firm, title, valid_from, valid_to, "2026-01-01"),
    )
    firm.certification = granted["id"]
    return firm


def _grant(firm: Firm, title: str, valid_from: str, valid_to: str, duties_from: str) -> dict[str, str]:
    return {
        "credit_code": firm.credit_code,
        "enterprise_name": firm.name,
        "authority": AUTHORITY,
        "title": title,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "duties_from": duties_from,
    }


async def submit_update(stage: Stage, firm: Firm) -> dict[str, Any]:
    return await stage.request(
        firm.account,
        "POST",
        f"{firm.path}/updates",
        expect=201,
        body=update_form(firm.credit_code, 2026) | {"declaration": DECLARATION},
    )


async def submit_change(stage: Stage, firm: Firm, form: dict[str, Any]) -> str:
    draft = await stage.request(firm.account, "POST", "/changes", expect=201, body=form)
    report_id: str = draft["id"]
    await stage.request(
        firm.account, "POST", f"/changes/{report_id}/submission", expect=200, body={"declaration": DECLARATION}
    )
    return report_id


async def eligibility(stage: Stage, firm: Firm) -> dict[str, Any]:
    return await stage.request(firm.account, "GET", f"/certifications/{firm.certification}/eligibility", expect=200)


def failing(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {condition["code"]: condition for condition in answer["conditions"] if not condition.get("holds", False)}


async def certification(stage: Stage, firm: Firm) -> dict[str, Any]:
    return await stage.read(f"/certifications/{firm.certification}")


async def arrivals(stage: Stage) -> None:
    stage.scene("一、登记与授予", "firms are registered, titles granted (1 March 2026)")
    await stage.at("2026-03-01T09:00")
    Cast.careful = await register(stage, "厦门示例按时科技有限公司", "specialized", "2024-06-01", "2027-05-31")
    Cast.forgetful = await register(stage, "厦门示例遗忘电子有限公司", "innovative", "2023-06-16", "2026-06-15")
    Cast.renamed = await register(stage, "厦门示例旧名软件有限公司", "specialized", "2025-01-01", "2027-12-31")
    Cast.late = await register(stage, "厦门示例迟报新材有限公司", "specialized", "2025-01-01", "2027-12-31")
    Cast.renewed = await register(stage, "厦门示例续期光学有限公司", "innovative", "2023-05-11", "2026-05-10")
    Cast.giant = await register(stage, "厦门示例巨人智能有限公司", "little_giant", "2024-07-01", "2027-06-30")

    async def known() -> bool:
        found = await stage.read(f"/obligations?credit_code={Cast.giant.credit_code}")
        return bool(found["items"])

    await stage.until("the notifier keeps what the firms owe", known)
    await stage.happened(Cast.careful.credit_code)


async def refusals(stage: Stage) -> None:
    stage.scene("二、填错了会怎样", "wrong input is refused with every defect")
    problem = await stage.request(
        BUREAU,
        "POST",
        "/certifications",
        expect=422,
        body={
            "credit_code": "91350203MA31F1331X",
            "enterprise_name": "",
            "authority": "XM-NO",
            "title": "specialized",
            "valid_from": "2026-05-01",
            "valid_to": "2025-05-01",
        },
    )
    pointers = {defect["pointer"] for defect in problem["errors"]}
    stage.check(
        {"/credit_code", "/enterprise_name", "/authority"} <= pointers and any("valid" in each for each in pointers),
        f"every defect is named: {', '.join(sorted(pointers))}",
    )
    other = f"firm:{new_code()}"
    await stage.request(other, "GET", Cast.careful.path, expect=404)
    await stage.request(other, "GET", f"/certifications/{Cast.careful.certification}", expect=404)
    await stage.request("officer:XM-HL", "GET", Cast.careful.path, expect=404)
    await stage.request("person", "GET", Cast.careful.path, expect=403)
    await stage.request("pending", "GET", Cast.careful.path, expect=403)


async def warnings(stage: Stage) -> None:
    stage.scene("三、到期前的提醒", "the forgetful firm is warned at every stage, the careful one until it updates")
    await stage.at(f"{WARNING_DAYS[0]}T09:30")
    await _warned(stage, Cast.forgetful, WARNING_DAYS[0])
    await _too_early(stage)
    await stage.at(f"{WARNING_DAYS[1]}T09:30")
    await _warned(stage, Cast.forgetful, WARNING_DAYS[1])
    await update_in_april(stage)
    for day in WARNING_DAYS[2:]:
        await stage.at(f"{day}T09:30")
        await _warned(stage, Cast.forgetful, day)
    sent = await stage.messages(Cast.forgetful.credit_code, "update_due")
    stage.check(len(sent) == 6, f"six stages, six mails to the forgetful firm (30/14/7/3/1/0 days): {len(sent)}")
    sent = await stage.messages(Cast.careful.credit_code, "update_due")
    stage.check(len(sent) == 2, f"none to the careful firm after its update: {len(sent)} before it")
    await stage.happened(Cast.forgetful.credit_code)


async def _warned(stage: Stage, firm: Firm, day: str) -> None:
    expected = WARNING_DAYS.index(day) + 1

    async def one_more() -> bool:
        sent = [each for each in await stage.messages(firm.credit_code, "update_due") if each["state"] == "sent"]
        return len(sent) == expected

    await stage.until(f"{day}: one more reminder was mailed to {firm.name}", one_more)


async def _too_early(stage: Stage) -> None:
    await stage.at("2026-04-09T23:59")
    application = {"certification_id": Cast.renewed.certification, "declaration": DECLARATION}
    early = await stage.request(Cast.renewed.account, "POST", "/reviews", expect=409, body=application)
    stage.check(
        [each["code"] for each in early["conditions"]] == ["window_not_open"],
        "a review applied for one minute before its month is refused, for that reason alone",
    )


async def update_in_april(stage: Stage) -> None:
    stage.scene("四、四月里的信息更新", "the careful firm saves a draft, then submits its update")
    await stage.at("2026-04-20T10:00")
    form = update_form(Cast.careful.credit_code, 2026)
    draft_path = f"{Cast.careful.path}/update_drafts/2026"
    unfinished = {name: value for name, value in form.items() if name != "years"}
    await stage.request(Cast.careful.account, "PUT", draft_path, expect=(200, 201), body=unfinished)
    draft = await stage.request(Cast.careful.account, "GET", draft_path, expect=200)
    stage.check(bool(draft["defects"]), "the draft tells what is still missing")
    incomplete = unfinished | {"declaration": {"accepted": False, "signatory": ""}}
    await stage.request(Cast.careful.account, "POST", f"{Cast.careful.path}/updates", expect=422, body=incomplete)
    done = await submit_update(stage, Cast.careful)
    stage.check(all(title["on_time"] for title in done["titles"]), "the update is on time, with the article")
    for firm in (Cast.renamed, Cast.late, Cast.renewed, Cast.giant):
        await submit_update(stage, firm)

    async def met() -> bool:
        found = await stage.read(f"/obligations?credit_code={Cast.careful.credit_code}&duty=update")
        return any(each["state"] == "met" for each in found["items"])

    await stage.until("the careful firm's duty is met", met)
    await stage.happened(Cast.careful.credit_code)


async def first_of_may(stage: Stage) -> None:
    stage.scene("五、五月一日", "the review right of who did not update is lost, and the reason told")
    await stage.at("2026-04-30T23:59")
    held = await certification(stage, Cast.forgetful)
    stage.check(held["eligibility"] == "held", "one minute before midnight the right is still held")
    await stage.at("2026-05-01T00:00")

    async def lost() -> bool:
        return bool((await certification(stage, Cast.forgetful))["eligibility"] == "revoked")

    await stage.until("after midnight in Shanghai the forgetful firm has lost its review right", lost)
    for firm in (Cast.careful, Cast.renamed, Cast.renewed, Cast.giant):
        held = await certification(stage, firm)
        stage.check(held["eligibility"] == "held", f"{firm.name} keeps its right")
    why = failing(await eligibility(stage, Cast.forgetful))
    stage.check("eligibility_revoked" in why, "its eligibility names the lost right")
    cited = why.get("eligibility_revoked", {}).get("citation", {})
    stage.check("第十二条" in cited.get("article", ""), f"with {cited.get('document')} {cited.get('article')}")
    refused = await stage.request(
        Cast.forgetful.account,
        "POST",
        "/reviews",
        expect=409,
        body={"certification_id": Cast.forgetful.certification, "declaration": DECLARATION},
    )
    codes = sorted(condition["code"] for condition in refused["conditions"])
    stage.check("eligibility_revoked" in codes, f"its application is refused with every reason: {', '.join(codes)}")

    async def told() -> bool:
        sent = await stage.messages(Cast.forgetful.credit_code, "eligibility_revoked")
        return [each["state"] for each in sent] == ["sent"]

    await stage.until("it was told once by mail", told)
    await stage.happened(Cast.forgetful.credit_code)


async def rename(stage: Stage) -> None:
    stage.scene("七、更名", "a rename is drafted, edited, submitted, decided, and shows in the profile")
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
    stage.scene("八、迟报", "a report after its three months is marked late, with the computed dates")
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


async def stale_copy(stage: Stage) -> None:
    stage.scene("九、不凭旧信息拒绝", "who applies before the news has arrived is checked, not refused")
    await stage.at("2026-05-22T10:00")
    for attempt in range(STALE_TRIES):
        firms = [Firm(new_code(), f"厦门示例先行{attempt}{number}科技有限公司") for number in range(AT_ONCE)]
        for firm in firms:
            await stage.account(firm.account)
        if any(await asyncio.gather(*(_applied_before_the_news(stage, firm) for firm in firms))):
            return
    raise Differs(f"the reviews' copy was never behind in {STALE_TRIES} tries")


async def _applied_before_the_news(stage: Stage, firm: Firm) -> bool:
    """Grant a title to a firm that the profile service does not know, and apply in the same breath."""
    granted = await stage.request(
        BUREAU,
        "POST",
        "/certifications",
        expect=201,
        body=_grant(firm, "innovative", "2023-06-16", "2026-06-15", "2026-05-01"),
    )
    application = {"certification_id": granted["id"], "declaration": DECLARATION}
    answer = await stage.request(firm.account, "POST", "/reviews", expect=(201, 202), body=application)
    was_checked: bool = answer["_status"] == 202
    if was_checked:
        stage.check(answer["status"] == "checking", "the copy knows nothing of the firm: 202, checking")

    async def accepted() -> bool:
        review = await stage.read(f"/reviews/{answer['id']}", firm.account)
        if review["status"] == "refused":
            raise Differs(f"{firm.name} was refused on stale information")
        return bool(review["status"] == "submitted")

    await stage.until("the profile service has answered: accepted", accepted)
    if was_checked:
        await stage.happened(firm.credit_code)
    return was_checked


async def renewal(stage: Stage) -> None:
    stage.scene(
        "六、复核",
        "a review goes through authority, bureau and public notice; validity moves three years from the old expiry",
    )
    firm = Cast.renewed
    application = {"certification_id": firm.certification, "declaration": DECLARATION}
    await stage.at("2026-05-08T10:00")
    answer = await eligibility(stage, firm)
    stage.check(answer["can_apply"] is True, "within the month before expiry every condition holds")
    review = await stage.request(firm.account, "POST", "/reviews", expect=201, body=application)
    path = f"/reviews/{review['id']}"
    again = await stage.request(firm.account, "POST", "/reviews", expect=409, body=application)
    stage.check(
        [each["code"] for each in again["conditions"]] == ["application_open"], "a second one is refused: one is open"
    )
    await stage.at("2026-05-12T10:00")
    held = await certification(stage, firm)
    stage.check(held["standing"] == "under_review", "past its expiry the title is under review and treated as valid")
    passed = {"outcome": "passed", "opinion": "材料属实，实地抽查符合"}
    await stage.request("officer:XM-HL", "POST", f"{path}/authority_decision", expect=404, body=passed)
    if review["on_site_check"]["required"]:
        await _checked_on_site(stage, path, passed)
    await stage.request(OFFICER, "POST", f"{path}/authority_decision", expect=200, body=passed)
    approved = {"outcome": "approved", "opinion": "拟同意，予以公示"}
    await stage.request(OFFICER, "POST", f"{path}/bureau_decision", expect=403, body=approved)
    noticed = await stage.request(BUREAU, "POST", f"{path}/bureau_decision", expect=200, body=approved)
    await stage.request(BUREAU, "POST", f"{path}/bureau_decision", expect=409, body=approved)
    stage.check(noticed["notice_ends"] == "2026-05-19", "on public notice for five working days: until 19 May")
    objection = {"from_whom": "一家同业企业", "text": "反映该企业主营业务占比不实"}
    await stage.request(BUREAU, "POST", f"{path}/objections", expect=201, body=objection)
    dismissed = {"upheld": False, "finding": "经核实，审计报告所载占比属实"}
    await stage.request(BUREAU, "POST", f"{path}/objections/1/finding", expect=200, body=dismissed)
    held = await certification(stage, firm)
    stage.check(held["valid_to"] == "2026-05-10", "while the notice runs nothing is extended")
    await stage.at("2026-05-20T00:00")

    async def extended() -> bool:
        return bool((await certification(stage, firm))["valid_to"] != "2026-05-10")

    await stage.until("the notice is over, the objection was dismissed: approved", extended)
    held = await certification(stage, firm)
    stage.check(held["valid_to"] == "2029-05-10", f"valid to {held['valid_to']}: three years from 2026-05-10")

    async def told() -> bool:
        return any(each["state"] == "sent" for each in await stage.messages(firm.credit_code, "review_decided"))

    await stage.until("the firm was told by mail", told)
    await stage.happened(firm.credit_code)


async def _checked_on_site(stage: Stage, path: str, passed: dict[str, str]) -> None:
    """The lot fell on the application: it is passed on with the result of the check, not before."""
    await stage.request(OFFICER, "POST", f"{path}/authority_decision", expect=409, body=passed)
    check = {
        "checked_on": "2026-05-11",
        "inspectors": ["王海", "李明"],
        "result": "conforms",
        "findings": "生产场地与主导产品与申报一致",
    }
    await stage.request(OFFICER, "POST", f"{path}/on_site_check", expect=200, body=check)


async def little_giant(stage: Stage) -> None:
    stage.scene("十、小巨人", "a little giant that no longer qualifies is referred to the ministry, which cancels")
    await stage.at("2026-06-01T10:00")
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
        "answered_on": "2026-06-12",
    }
    await stage.request(BUREAU, "POST", f"/changes/{report_id}/ministry_answer", expect=200, body=answer)

    async def gone() -> bool:
        return bool((await certification(stage, firm))["status"] == "cancelled")

    await stage.until("the ministry's answer is recorded, the title cancelled", gone)
    await stage.happened(firm.credit_code)


STORY: tuple[Callable[[Stage], Awaitable[None]], ...] = (
    arrivals,
    refusals,
    warnings,
    first_of_may,
    renewal,
    rename,
    late_report,
    stale_copy,
    little_giant,
)
