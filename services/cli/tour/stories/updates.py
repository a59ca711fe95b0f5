"""Scenes of the annual update: warned, updated, forgotten; a notice that rescues, an officer who restores."""

from services.cli.credit_codes import new_code
from services.cli.tour.forms import DECLARATION, update_form
from services.cli.tour.stage import Stage
from services.cli.tour.stories.cast import (
    BUREAU,
    Cast,
    Firm,
    certification,
    eligibility,
    failing,
    register,
    submit_update,
    until_eligibility,
    until_mailed,
)

WARNING_DAYS = ("2026-03-31", "2026-04-16", "2026-04-23", "2026-04-27", "2026-04-29", "2026-04-30")
"""30, 14, 7, 3, 1 and 0 days before 30 April 2026."""
RESCUED = "XM-XA"
"""The authority whose little giants get more time; the other firms of the tour are under another one."""
NOTICE = "关于翔安区企业信息更新延期的通知（示例）"


async def arrivals(stage: Stage) -> None:
    stage.scene("一、登记与授予", "firms are registered, titles granted (1 March 2026)")
    await stage.at("2026-03-01T09:00")
    Cast.careful = await register(stage, "厦门示例按时科技有限公司", "specialized", "2024-06-01", "2027-05-31")
    Cast.forgetful = await register(stage, "厦门示例遗忘电子有限公司", "innovative", "2023-06-16", "2026-06-15")
    Cast.renamed = await register(stage, "厦门示例旧名软件有限公司", "specialized", "2025-01-01", "2027-12-31")
    Cast.late = await register(stage, "厦门示例迟报新材有限公司", "specialized", "2025-01-01", "2027-12-31")
    Cast.renewed = await register(stage, "厦门示例续期光学有限公司", "innovative", "2023-05-11", "2026-05-10")
    Cast.giant = await register(stage, "厦门示例巨人智能有限公司", "little_giant", "2024-07-01", "2027-06-30")
    Cast.rescued = await register(
        stage, "厦门示例获救传感有限公司", "little_giant", "2025-01-01", "2027-12-31", RESCUED
    )
    Cast.silent = await register(stage, "厦门示例未报动力有限公司", "specialized", "2025-01-01", "2027-12-31")
    Cast.contested = await register(stage, "厦门示例公示检测有限公司", "innovative", "2023-06-11", "2026-06-10")
    Cast.called = await register(stage, "厦门示例应召食品有限公司", "growth", "2023-08-18", "2026-08-17")

    async def known() -> bool:
        found = await stage.read(f"/obligations?credit_code={Cast.called.credit_code}")
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
    for firm in (Cast.renamed, Cast.late, Cast.renewed, Cast.giant, Cast.silent, Cast.contested):
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


async def extension(stage: Stage) -> None:
    stage.scene("六、延期与恢复", "a notice rescues who was late; an officer restores a right")
    await stage.at("2026-05-06T10:00")
    firm = Cast.rescued
    await until_eligibility(stage, firm, "revoked", "the little giant of Xiang'an has missed 30 April")
    notice = {
        "duty": "update",
        "year": 2026,
        "titles": ["little_giant"],
        "authorities": [RESCUED],
        "due": "2026-06-26",
        "source": NOTICE,
    }
    await stage.request(
        BUREAU, "POST", "/deadline_extensions", expect=422, body=notice | {"due": "2026-04-01", "source": ""}
    )
    declared = await stage.request(BUREAU, "POST", "/deadline_extensions", expect=201, body=notice)
    await until_eligibility(stage, firm, "held", "the notice takes the revocation back that it makes wrong")
    await until_mailed(stage, firm, "eligibility_restored", "the firm is told so")

    async def moved() -> bool:
        owed = (await stage.read(f"/obligations?credit_code={firm.credit_code}&duty=update&state=open"))["items"]
        return [each["due"] for each in owed if each["year"] == 2026] == ["2026-06-26"]

    await stage.until("what it owes, and its reminders, moved to 26 June", moved)
    done = await submit_update(stage, firm)
    stage.check([each["on_time"] for each in done["titles"]] == [True], "its update of 6 May is on time")
    withdrawal = {"reason": "通知适用范围有误，予以撤回"}
    path = f"/deadline_extensions/{declared['id']}/withdrawal"
    await stage.request(BUREAU, "POST", path, expect=200, body=withdrawal)
    lost = await until_eligibility(stage, firm, "revoked", "the notice withdrawn, 30 April holds again")
    stage.check("第十二条" in lost["revocation"]["citation"]["article"], "the right is lost again, by 第十二条")
    path = f"/certifications/{firm.certification}/restoration"
    reason = {"reason": "企业按当时有效的延期通知办理，予以恢复"}
    await stage.request(f"officer:{RESCUED}", "POST", path, expect=403, body=reason)
    await stage.request(BUREAU, "POST", path, expect=200, body=reason)
    await stage.request(BUREAU, "POST", path, expect=409, body=reason)
    held = await certification(stage, firm)
    stage.check(held["eligibility"] == "held", "a bureau officer restores it, with a reason, on record")
    await stage.happened(firm.credit_code)
