"""Scenes of the review: never refused on old news, checked on site, on public notice, called in by a campaign."""

import asyncio

from services.cli.credit_codes import new_code
from services.cli.tour.forms import DECLARATION
from services.cli.tour.stage import Differs, Stage
from services.cli.tour.stories.cast import (
    BUREAU,
    OFFICER,
    Cast,
    Firm,
    apply_for_review,
    certification,
    eligibility,
    failing,
    grant_form,
    until_mailed,
)

STALE_TRIES = 10
AT_ONCE = 3
"""Firms that apply together: news takes its time when there is much of it."""


async def renewal(stage: Stage) -> None:
    stage.scene(
        "七、复核",
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
        await _checked_on_site(stage, path, passed, "2026-05-11")
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


async def _checked_on_site(stage: Stage, path: str, passed: dict[str, str], checked_on: str) -> None:
    """An application that is to be checked on site is passed on with the result, not before."""
    await stage.request(OFFICER, "POST", f"{path}/authority_decision", expect=409, body=passed)
    check = {
        "checked_on": checked_on,
        "inspectors": ["王海", "李明"],
        "result": "conforms",
        "findings": "生产场地与主导产品与申报一致",
    }
    await stage.request(OFFICER, "POST", f"{path}/on_site_check", expect=200, body=check)


async def stale_copy(stage: Stage) -> None:
    stage.scene("十二、不凭旧信息拒绝", "who applies before the news has arrived is checked, not refused")
    await stage.at("2026-05-26T14:00")
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
        body=grant_form(firm, "innovative", "2023-06-16", "2026-06-15", "2026-05-01"),
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


async def contested(stage: Stage) -> None:
    stage.scene("十三、实地抽查与异议", "a check on site is ordered; an objection to the notice is upheld")
    await stage.at("2026-05-27T10:00")
    firm = Cast.contested
    review = await apply_for_review(stage, firm, 201)
    path = f"/reviews/{review['id']}"
    if not review["on_site_check"]["required"]:
        order = {"reason": "研发费用较上年异常增长"}
        review = await stage.request(OFFICER, "POST", f"{path}/on_site_check/order", expect=200, body=order)
    stage.check(review["on_site_check"]["required"], "it is to be checked on site: drawn by lot, or ordered")
    await stage.at("2026-05-28T10:00")
    passed = {"outcome": "passed", "opinion": "材料与现场一致"}
    await _checked_on_site(stage, path, passed, "2026-05-28")
    await stage.request(OFFICER, "POST", f"{path}/authority_decision", expect=200, body=passed)
    approved = {"outcome": "approved", "opinion": "拟同意，予以公示"}
    noticed = await stage.request(BUREAU, "POST", f"{path}/bureau_decision", expect=200, body=approved)
    stage.check(noticed["notice_ends"] == "2026-06-04", "on public notice until 4 June")
    objection = {"from_whom": "某职工", "text": "反映企业虚报研发费用"}
    await stage.request(OFFICER, "POST", f"{path}/objections", expect=201, body=objection)
    await stage.at("2026-06-05T10:00")
    shown = await stage.request(firm.account, "GET", path, expect=200)
    stage.check(shown["status"] == "in_public_notice", "the notice is over, an objection is open: nothing is decided")
    stage.check(shown["objections"][0]["from_whom"] is None, "the firm reads the objection, not who made it")
    upheld = {"upheld": True, "finding": "经核查，研发费用占比不足2%"}
    rejected = await stage.request(BUREAU, "POST", f"{path}/objections/1/finding", expect=200, body=upheld)
    stage.check(rejected["status"] == "rejected", "it is upheld: the review is rejected")
    await stage.at("2026-06-11T00:00")

    async def ended() -> bool:
        return bool((await certification(stage, firm))["status"] == "expired")

    await stage.until("the title ends with its validity on 10 June", ended)
    await until_mailed(stage, firm, "certification_expired", "the firm is told so")
    await stage.happened(firm.credit_code)


async def campaign(stage: Stage) -> None:
    stage.scene("十五、复核批次", "a campaign opens a review before its computed window")
    await stage.at("2026-06-16T10:00")
    firm = Cast.called
    early = await apply_for_review(stage, firm, 409)
    stage.check(list(failing(early)) == ["window_not_open"], "it applies after its expiry on 17 August, not yet")
    batch = {
        "titles": ["growth"],
        "expires_from": "2026-08-17",
        "expires_to": "2026-08-17",
        "opens": "2026-06-16",
        "closes": "2026-07-31",
        "source": "关于开展成长型中小企业复核的通知（示例）",
    }
    declared = await stage.request(BUREAU, "POST", "/campaigns", expect=201, body=batch)

    async def opened() -> bool:
        return bool((await certification(stage, firm))["window_opens"] == "2026-06-16")

    await stage.until("the campaign moved its window to 16 June", opened)
    answer = await eligibility(stage, firm)
    window = next(each for each in answer["conditions"] if each["code"].startswith("window"))
    stage.check(window["citation"]["rule"] == "review.campaign", "and the notice stands beside the date")
    await apply_for_review(stage, firm, 201)
    end = {"reason": "本批次申报企业均已提交"}
    await stage.request(BUREAU, "POST", f"/campaigns/{declared['id']}/end", expect=200, body=end)
    await stage.happened(firm.credit_code)
