"""The tour's stories, played by clicks and keys alone: at a desk and on a phone, in both languages, without a script."""

import pytest

from services.cli.credit_codes import new_code
from tests.browser.cast import CONFIRMED, Firm, apply, check_on_site, enter, held, report, update
from tests.browser.firms import BUREAU
from tests.browser.visitors import AT_A_DESK, ON_A_PHONE, WITHOUT_SCRIPT, Visitor

WAYS = pytest.mark.parametrize("way", [AT_A_DESK, ON_A_PHONE], ids=["by_keys", "on_a_phone"])
EVERY_WAY = pytest.mark.parametrize(
    "way", [AT_A_DESK, ON_A_PHONE, WITHOUT_SCRIPT], ids=["by_keys", "on_a_phone", "without_a_script"]
)


@pytest.fixture
def visit(person, platform, way):
    """`visit("bureau")` is who is logged in so, all through the story."""
    known = {}

    def visitor(account):
        if account not in known:
            how = {"language": way.language, "phone": way.phone, "javascript": way.javascript}
            known[account] = Visitor(person(account, **how), way, platform)
        return known[account]

    return visitor


@pytest.fixture
def source(visit):
    """What a notice is called that the test announces; it is ended by clicks, whatever becomes of the test."""
    name = f"关于本测试的通知（{new_code()}）"
    yield name
    bureau = visit(BUREAU).open("/officers/notices?in_force=true")
    left = bureau.page.get_by_role("link", name=name)
    if left.count():
        left.click()
        bureau.go("/end").send({"reason": "测试结束"})


@EVERY_WAY
def test_a_forgotten_update_costs_the_right_that_a_notice_and_the_bureau_give_back(platform, visit, source):
    platform.at("2026-04-20T10:00")
    careful = Firm("厦门示例按时科技有限公司", authority="XM-XA")
    forgetful = Firm("厦门示例遗忘电子有限公司", "little_giant", authority="XM-XA")
    enter(visit, careful, forgetful, duties_from="2026-01-01")
    clerk, other = visit(careful.account), visit(forgetful.account)
    update(clerk, careful)
    assert clerk.labelled("按时更新").is_visible()

    platform.at("2026-05-01T00:00")
    lost = other.go("/certifications").tag("eligibility", "revoked")
    other.waits_for(lost)
    assert not other.offers("/apply")
    other.go("/certifications/")
    other.sees("第十二条")
    clerk.go("/certifications").sees_tag("standing", "valid")
    assert not clerk.tag("eligibility", "revoked").count()

    platform.at("2026-05-06T10:00")
    bureau = visit(BUREAU).go("/officers/notices", "/officers/notices/extensions/new")
    bureau.send({"source": source, "year": "2026", "due": "2026-06-26", "titles": "little_giant", "scope": "some",
                 "authorities": "XM-XA"})  # fmt: skip
    bureau.sees(bureau.day("2026-06-26"))
    bureau.send()
    bureau.sees("已发布并生效。企业的截止日期和提醒正在调整。")
    other.waits_for(lost, gone=True)
    other.sees(other.day("2026-06-26"))
    bureau.go("/end").send({"reason": "通知适用范围有误"})
    bureau.sees("已撤销。截止日期恢复为没有本通知时的日期。")
    other.waits_for(lost)

    bureau.go("/officers/certifications").find(forgetful.code)
    bureau.go("/officers/certifications/", "/restoration").send({"reason": "按当时有效的延期通知办理"})
    bureau.sees("复核资格已恢复，企业将收到通知。")
    other.waits_for(lost, gone=True)
    assert [held(platform, each)["eligibility"] for each in (careful, forgetful)] == ["held", "held"]


@EVERY_WAY
def test_a_rename_is_reported_judged_and_decided_and_the_new_name_shows(platform, visit):
    platform.at("2026-05-21T10:00")
    firm, new = Firm("厦门示例旧名软件有限公司"), "厦门示例新名软件有限公司"
    enter(visit, firm)
    clerk, officer, bureau = visit(firm.account), visit(firm.officer), visit(BUREAU)
    id_ = report(clerk, "rename", "2026-05-08", {"details.new_name": new, "reason": "因业务发展需要变更企业名称"})
    clerk.sees("按时提交：期限为%(due)s。", due=clerk.day("2026-08-10"))
    clerk.go(f"/changes/{id_}").sees_tag("change_status", "submitted")

    officer.go("/officers/changes").find(firm.code).go(f"/officers/changes/{id_}", "/opinion")
    officer.send({"meets_criteria": "true", "opinion": "经核实，主营业务与人员未变"})
    officer.sees("审核意见已出具，已转市工信局。")
    bureau.go("/officers/changes").find(firm.code).go(f"/officers/changes/{id_}")
    bureau.sees("经核实，主营业务与人员未变")
    bureau.go("/decision")
    bureau.send({"decisions.0.outcome": "retained", "decisions.0.reason": "仍符合认定标准"} | CONFIRMED)
    bureau.sees_tag("change_status", "decided")

    clerk.go("/enterprise")
    clerk.waits_for(clerk.page.get_by_role("row", name=new))
    assert clerk.page.get_by_role("row", name=firm.name).is_visible()
    clerk.go(f"/changes/{id_}").sees_tag("change_status", "decided")
    clerk.sees("仍符合认定标准")
    assert platform.call(firm.account, "GET", f"/enterprises/{firm.code}")["name"] == new


@WAYS
def test_a_little_giant_that_merged_is_referred_and_cancelled_by_the_ministrys_answer(platform, visit):
    platform.at("2026-06-12T10:00")
    firm = Firm("厦门示例巨人智能有限公司", "little_giant")
    enter(visit, firm)
    clerk, officer, bureau = visit(firm.account), visit(firm.officer), visit(BUREAU)
    merged = {
        "details.counterparties.0.name": "厦门示例集团有限公司", "details.counterparties.0.credit_code": new_code(),
        "before": "独立法人，职工126人", "after": "吸收合并后职工1460人", "reason": "与行业龙头合并",
        "impact.main_product_affected": "true", "impact.still_sme": "false", "impact.still_meets_criteria": "false",
    }  # fmt: skip
    id_ = report(clerk, "merger", "2026-05-06", merged)
    officer.go("/officers/changes").find(firm.code).go(f"/officers/changes/{id_}", "/opinion")
    officer.send({"meets_criteria": "false", "opinion": "合并后已不属中小企业"})
    bureau.go("/officers/changes").find(firm.code).go(f"/officers/changes/{id_}", "/decision")
    outcomes = bureau.page.locator('[name="decisions.0.outcome"]').evaluate_all("all => all.map(each => each.value)")
    assert sorted(outcomes) == ["referred", "retained"]
    bureau.send({"decisions.0.outcome": "referred", "decisions.0.reason": "经核实不再符合"} | CONFIRMED)
    bureau.sees_tag("change_status", "referred")
    clerk.go("/certifications").sees_tag("standing", "valid")

    platform.at("2026-06-15T10:00")
    bureau.go("/officers/changes", "worklist=awaiting_ministry").find(firm.code)
    bureau.go(f"/officers/changes/{id_}", "/ministry_answer")
    bureau.send({"outcome": "cancelled", "reason": "取消认定", "answered_on": "2026-06-15"} | CONFIRMED)
    bureau.sees_tag("change_status", "decided")
    clerk.waits_for(clerk.tag("standing", "cancelled"))
    assert held(platform, firm)["status"] == "cancelled"


@WAYS
def test_a_review_is_checked_on_site_approved_and_extends_the_title_by_three_years(platform, visit):
    platform.at("2026-04-20T10:00")
    firm = Firm("厦门示例续期光学有限公司", "innovative", "2023-05-11", "2026-05-10")
    enter(visit, firm, duties_from="2026-01-01")
    clerk, officer, bureau = visit(firm.account), visit(firm.officer), visit(BUREAU)
    update(clerk, firm)
    platform.at("2026-05-08T10:00")
    id_ = apply(clerk)

    case = f"/officers/reviews/{id_}"
    officer.go("/officers/reviews").find(firm.code).go(case)
    check_on_site(officer, "2026-05-08")
    officer.go("/authority_decision").send({"outcome": "passed", "opinion": "材料属实，实地抽查符合"} | CONFIRMED)
    officer.sees_tag("review_status", "authority_passed")
    platform.at("2026-05-12T10:00")
    clerk.go("/certifications").sees_tag("standing", "under_review")
    bureau.go("/officers/reviews").find(firm.code).go(case, "/bureau_decision")
    bureau.send({"outcome": "approved", "opinion": "拟同意，予以公示"} | CONFIRMED)
    bureau.sees_tag("review_status", "in_public_notice")
    clerk.go(f"/reviews/{id_}").sees(clerk.day("2026-05-19"))

    platform.at("2026-05-20T00:00")
    clerk.waits_for(clerk.tag("review_status", "approved"))
    clerk.go("/certifications").sees(clerk.day("2029-05-10"))
    assert held(platform, firm)["valid_to"] == "2029-05-10"
