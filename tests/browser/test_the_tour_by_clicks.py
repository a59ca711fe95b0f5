"""The tour's stories, played by clicks and keys alone: at a desk and on a phone, in both languages, without a script."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from services.cli.credit_codes import new_code
from tests.browser.cast import CONFIRMED, SIGNED, Firm, apply, check_on_site, enter, held, report, update
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
    expect(clerk.labelled("按时更新")).to_be_visible()

    platform.at("2026-05-01T00:00")
    lost = other.go("/certifications").tag("eligibility", "revoked")
    other.waits_for(lost)
    assert not other.offers("/apply")
    other.go("/certifications/")
    other.sees("第十二条")
    clerk.go("/certifications").sees_tag("standing", "valid")
    expect(clerk.tag("eligibility", "revoked")).to_have_count(0)

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
    expect(clerk.page.get_by_role("row", name=firm.name)).to_be_visible()
    clerk.go(f"/changes/{id_}").sees_tag("change_status", "decided")
    clerk.sees("仍符合认定标准")
    assert platform.call(firm.account, "GET", f"/enterprises/{firm.code}")["name"] == new


@WAYS
def test_a_late_report_is_told_so_one_is_returned_and_corrected_another_withdrawn(platform, visit):
    platform.at("2026-05-21T10:00")
    firm = Firm("厦门示例迟报新材有限公司")
    enter(visit, firm)
    clerk, officer = visit(firm.account), visit(firm.officer)
    renamed = {"details.new_name": "厦门示例迟报材料有限公司", "reason": "因业务发展需要变更企业名称"}
    late = report(clerk, "rename", "2025-11-30", renamed)
    clerk.sees("逾期报告的后果由主管部门决定：")
    clerk.sees("第十三条")
    clerk.go(f"/changes/{late}").sees(clerk.day("2026-02-28"))
    expect(clerk.labelled("逾期报告")).to_be_visible()
    assert held(platform, firm)["eligibility"] == "held"

    shares = {"before": "甲持股100%", "after": "甲、乙共同持股", "reason": "股权转让"}
    id_ = report(clerk, "control", "2026-02-24", shares)
    officer.go("/officers/changes").find(firm.code).go(f"/officers/changes/{id_}", "/return")
    officer.send({"defects.0.field": "/after", "defects.0.text": "请填写变更后各股东的持股比例"}, do="add")
    officer.send({"defects.1.field": "/reason", "defects.1.text": "请说明股权转让的原因"})
    officer.sees_tag("change_status", "returned")

    platform.at("2026-05-26T10:00")
    clerk.go("/changes", f"/changes/{id_}")
    clerk.sees("请在%(due)s前补正以下内容", due=clerk.day("2026-06-04"))
    for wanted in ("请填写变更后各股东的持股比例", "请说明股权转让的原因"):
        clerk.sees(wanted)
    clerk.go(f"/changes/{id_}/edit#after")
    clerk.send({"after": "甲持股60%，乙持股40%", "reason": "原股东退出，转让其全部股权"}, do="next").send(SIGNED)
    clerk.sees("按时提交：期限为%(due)s。", due=clerk.day("2026-05-25"))
    clerk.go(f"/changes/{id_}").sees_tag("change_status", "submitted")

    id_ = report(clerk, "control", "2026-05-18", shares)
    clerk.go(f"/changes/{id_}", "/withdraw").send({"reason": "交易尚未完成"})
    clerk.sees_tag("change_status", "withdrawn")
    reports = platform.call(firm.account, "GET", f"/changes?credit_code={firm.code}")["items"]
    assert sorted(each["status"] for each in reports) == ["submitted", "submitted", "withdrawn"]


@WAYS
def test_what_was_never_reported_an_officer_records_and_the_bureau_decides_what_it_costs(platform, visit):
    platform.at("2026-05-26T10:00")
    firm = Firm("厦门示例未报动力有限公司")
    enter(visit, firm)
    clerk, officer, bureau = visit(firm.account), visit(firm.officer), visit(BUREAU)
    officer.go("/officers/occurrences", "/officers/occurrences/new")
    officer.send({"credit_code": firm.code, "type": "restructuring", "happened_on": "2026-01-15",
                  "evidence": "登记机关公示的变更记录（示例）"})  # fmt: skip
    officer.sees_tag("occurrence_state", "overdue")
    officer.sees(officer.day("2026-04-15"))
    id_ = urlsplit(officer.page.url).path.split("/")[-1]
    clerk.go("/changes").sees("登记机关公示的变更记录（示例）")
    clerk.sees("应在%(due)s前（含当日）报告。", due=clerk.day("2026-04-15"))
    assert held(platform, firm)["eligibility"] == "held"

    bureau.go("/officers/occurrences").find(firm.code).go(f"/officers/occurrences/{id_}", "/sanction")
    bureau.send({"choice": "revoke_eligibility", "reason": "重大变化未在三个月内报告，经提醒仍未报告"} | CONFIRMED)
    bureau.sees_tag("occurrence_state", "sanctioned")
    lost = clerk.go("/certifications").tag("eligibility", "revoked")
    clerk.waits_for(lost)
    clerk.go("/certifications/").sees("第十三条")
    assert held(platform, firm)["eligibility"] == "revoked"


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


@WAYS
def test_an_objection_to_a_public_notice_is_upheld_and_the_title_ends(platform, visit):
    platform.at("2026-05-27T10:00")
    firm = Firm("厦门示例公示检测有限公司", "innovative", "2023-06-11", "2026-06-10")
    enter(visit, firm)
    clerk, officer, bureau = visit(firm.account), visit(firm.officer), visit(BUREAU)
    id_ = apply(clerk)
    case = f"/officers/reviews/{id_}"
    officer.go("/officers/reviews").find(firm.code).go(case)
    check_on_site(officer, "2026-05-27")
    officer.go("/authority_decision").send({"outcome": "passed", "opinion": "材料属实"} | CONFIRMED)
    bureau.go("/officers/reviews").find(firm.code).go(case, "/bureau_decision")
    bureau.send({"outcome": "approved", "opinion": "拟同意，予以公示"} | CONFIRMED)
    officer.page.reload()
    officer.go("/objections").send({"from_whom": "某职工", "text": "反映企业虚报研发费用"})
    officer.sees("异议已登记，处理完毕前不作出决定。")

    platform.at("2026-06-05T10:00")
    clerk.go("/certifications", f"/reviews/{id_}").sees_tag("review_status", "in_public_notice")
    clerk.sees("反映企业虚报研发费用")
    expect(clerk.page.get_by_text("某职工")).to_have_count(0)
    bureau.page.reload()
    bureau.go("/finding").send({"upheld": "true", "finding": "经核查，研发费用占比不足2%"} | CONFIRMED)
    bureau.sees_tag("review_status", "rejected")
    clerk.waits_for(clerk.tag("review_status", "rejected"))
    clerk.sees("经核查，研发费用占比不足2%")
    platform.at("2026-06-11T00:00")
    clerk.go("/certifications").waits_for(clerk.tag("standing", "expired"))
    platform.until(lambda: held(platform, firm)["status"] == "expired")


@EVERY_WAY
def test_a_campaign_opens_a_review_before_its_window(platform, visit, source):
    platform.at("2026-06-16T10:00")
    firm = Firm("厦门示例应召食品有限公司", "growth", "2023-08-18", "2026-08-17")
    enter(visit, firm)
    clerk, bureau = visit(firm.account), visit(BUREAU)
    clerk.go("/certifications").sees_tag("standing", "valid")
    assert not clerk.offers("/apply")

    bureau.go("/officers/notices", "/officers/notices/campaigns/new")
    bureau.send({"source": source, "titles": "growth", "expires_from": "2026-08-17", "expires_to": "2026-08-17",
                 "opens": "2026-06-16", "closes": "2026-07-31"})  # fmt: skip
    bureau.sees(bureau.day("2026-06-16"))
    bureau.send()
    bureau.sees(source)
    clerk.waits_for(clerk.page.get_by_text(clerk.day("2026-06-16")))
    clerk.use(clerk.page.locator("main details.why summary").first)
    clerk.sees(source)
    id_ = apply(clerk)
    bureau.go("/end").send({"reason": "本批次申报企业均已提交"})
    bureau.sees("本批次申报企业均已提交")
    assert platform.call(firm.account, "GET", f"/reviews/{id_}")["status"] == "submitted"


@pytest.fixture
def asked(visit):
    """A firm that a person asks to act for it; what it grants is ended by clicks, whatever becomes of the test."""
    firm = Firm("厦门示例授权软件有限公司")
    yield firm
    clerk = visit(firm.account).open("/enterprise/persons")
    if clerk.offers("/end"):
        clerk.go("/end").send({"reason": "测试结束"})


@WAYS
def test_a_person_acts_for_a_firm_by_its_word_until_it_ends(platform, visit, asked):
    platform.at("2026-06-17T10:00")
    enter(visit, asked)
    clerk, somebody = visit(asked.account), visit("person")
    somebody.sees("账号还没有绑定企业")
    somebody.go("/enterprise/persons/request")
    somebody.send({"credit_code": asked.code, "statement": "本人为该企业申报经办人"})
    somebody.row(asked.code, "待企业同意").wait_for()

    clerk.go("/enterprise", "/enterprise/persons", "/decide").sees("本人为该企业申报经办人")
    clerk.send({"accepted": "true", "until": "2026-12-31"}).sees(clerk.day("2026-12-31"))
    somebody.waits_for(somebody.row(asked.code, "有效"))
    path = f"/changes?credit_code={asked.code}"
    platform.until(lambda: platform.tried("person", "GET", path).is_success)
    somebody.go("/home")
    renamed = {"details.new_name": "厦门示例又名软件有限公司", "reason": "因业务发展需要变更企业名称"}
    id_ = report(somebody, "rename", "2026-06-10", renamed)
    somebody.go("/home", "/enterprise/persons")
    clerk.go("/changes", f"/changes/{id_}").sees_tag("change_status", "submitted")

    clerk.go("/enterprise", "/enterprise/persons", "/end").send({"reason": "经办人离职"})
    clerk.sees("授权已终止。")
    somebody.waits_for(somebody.row(asked.code, "经办人离职"))
    somebody.go("/home").sees("账号还没有绑定企业")
    assert platform.tried("person", "GET", f"/enterprises/{asked.code}").is_client_error
