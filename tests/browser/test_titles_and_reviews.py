"""认证到期管理 and 复核: the tour's stories of reviews, by clicks and keys alone."""

import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from services.cli.credit_codes import new_code
from tests.browser import applications
from tests.browser.applications import TODAY, applied, pass_on
from tests.browser.firms import BUREAU, OFFICER, Firm, registered

DOCS = Path(__file__).parents[2] / "docs" / "portal.md"


@pytest.fixture
def ready(platform):
    """An innovative firm that may apply."""
    return partial(applications.ready, platform)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_review_is_applied_for_and_comes_to_its_public_notice(platform, person, ready, javascript):
    it = ready()
    clerk = person(it.account, javascript=javascript)
    pages = [clerk.heading]

    def looked_at():
        pages.append(clerk.heading)
        if javascript:
            clerk.check_accessible()

    clerk.follow("认证到期管理")
    assert clerk.heading == "认证到期管理"
    for text in (
        "创新型中小企业",
        "全部条件都符合",
        "还没有复核记录",
        "2026年5月10日（星期日）至2026年6月10日（星期三）",
    ):
        clerk.sees(text)
    looked_at()
    clerk.follow("去复核")
    assert clerk.heading == "申请复核"
    clerk.sees("企业信息第")
    asked = clerk.page.locator("main form [name]:not([type=hidden], button)").evaluate_all(
        "all => all.map(e => e.name)"
    )
    looked_at()
    clerk.fill({"statement": "主营业务未变", "declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交复核申请")
    assert clerk.heading == "复核申请已提交"
    looked_at()
    counted = re.search(r"\| apply for a review \| (\d+) \| (\d+) \|", DOCS.read_text())
    assert counted and [len(pages), len(set(asked))] == [int(each) for each in counted.groups()], (pages, asked)
    (review,) = platform.call(it.account, "GET", f"/reviews?credit_code={it.code}")["items"]
    clerk.sees(review["id"])
    clerk.follow("查看申请")
    assert clerk.heading == "复核申请：创新型中小企业"
    looked_at()
    pass_on(platform, review)
    noticed = {"outcome": "approved", "opinion": "拟同意，予以公示"}
    platform.call(BUREAU, "POST", f"/reviews/{review['id']}/bureau_decision", noticed)
    objection = {"from_whom": "某职工", "text": "反映企业虚报研发费用"}
    platform.call(OFFICER, "POST", f"/reviews/{review['id']}/objections", objection)
    clerk.page.reload()
    for text in ("公示中", "公示至2026年5月29日（星期五）", "反映企业虚报研发费用", "拟同意，予以公示", "材料属实"):
        clerk.sees(text)
    expect(clerk.page.get_by_text("某职工")).to_have_count(0)
    looked_at()
    clerk.follow("打印申请表")
    assert clerk.heading == "复核申请表"
    looked_at()
    clerk.open("/certifications")
    clerk.sees("该称号已有未办结的复核申请。")
    expect(clerk.page.get_by_role("link", name="去复核")).to_have_count(0)
    looked_at()


def test_why_a_review_cannot_be_applied_for_is_told_with_every_article(platform, person):
    platform.at(TODAY)
    it = registered(platform, title="specialized", valid_from="2025-01-01", valid_to="2027-12-31")
    path = f"/certifications/{it.certification}"
    platform.until(lambda: platform.call(it.account, "GET", path)["eligibility"] == "revoked")
    clerk = person(it.account, phone=True).open("/certifications")
    for text in ("复核资格已取消", "逾期未完成", "尚未开始", "复核资格已被取消"):
        clerk.sees(text)
    expect(clerk.page.get_by_role("link", name="去复核")).to_have_count(0)
    clerk.check_accessible()
    clerk.open(f"{path}/apply")
    assert clerk.heading == "现在不能申请复核"
    clerk.sees("第十二条")
    clerk.check_accessible()
    clerk.follow("查看全部条件")
    clerk.sees("没有未办结的复核申请。")
    clerk.check_accessible()


def test_an_application_is_returned_corrected_and_taken_back(platform, person, ready):
    it = ready()
    review = applied(platform, it)
    defects = [{"field": "/statement", "text": "请说明主导产品的市场占有率"}, {"field": "", "text": "请核对研发费用"}]
    platform.call(OFFICER, "POST", f"/reviews/{review['id']}/return", {"defects": defects, "due": None})
    clerk = person(it.account, phone=True).open("/certifications")
    clerk.follow("详情")
    clerk.sees("请在2026年6月5日（星期五）前（含当日）补正以下内容")
    clerk.sees("请核对研发费用")
    clerk.check_accessible()
    clerk.follow("申请说明：请说明主导产品的市场占有率")
    assert clerk.heading == "补正复核申请"
    assert clerk.page.locator("#statement").input_value() == "主营业务未变"
    clerk.check_accessible()
    clerk.follow("重新提交")
    clerk.sees("须确认所填信息真实、准确并承担责任")
    clerk.check_accessible()
    clerk.fill({"statement": "市场占有率12.5%", "declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("重新提交")
    assert clerk.heading == "复核申请已提交"
    clerk.follow("查看申请")
    clerk.sees("市场占有率12.5%")
    clerk.follow("撤回复核申请")
    assert clerk.heading == "确定撤回复核申请吗？"
    clerk.check_accessible()
    clerk.page.get_by_role("button", name="撤回").click()
    clerk.sees("请改正以下问题")
    clerk.fill({"reason": "材料需要重新准备"})
    clerk.page.get_by_role("button", name="撤回").click()
    clerk.sees("已撤回")
    expect(clerk.page.get_by_role("link", name="撤回复核申请")).to_have_count(0)
    clerk.check_accessible()


@pytest.mark.parametrize("javascript", [True, False])
def test_who_applies_before_the_news_has_arrived_is_checked_and_not_refused(platform, person, javascript):
    """The title of a firm that the profile's owner does not know yet: 202, then accepted by the owner's answer."""
    platform.at(TODAY)
    code = new_code()
    held = platform.call(BUREAU, "POST", "/certifications", {
        "credit_code": code, "enterprise_name": "厦门示例先行科技有限公司", "authority": "XM-SM", "title": "innovative",
        "valid_from": "2023-06-16", "valid_to": "2026-06-15", "duties_from": "2026-05-01",
    })  # fmt: skip
    it = Firm(code, "厦门示例先行科技有限公司", held["id"])
    clerk = person(it.account, javascript=javascript).open(f"/certifications/{it.certification}/apply")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交复核申请")
    clerk.page.wait_for_url(re.compile(r"/reviews/[0-9a-f-]{36}(/done)?$"))
    id_ = re.search(r"[0-9a-f-]{36}", clerk.page.url.partition("/reviews/")[2])[0]
    platform.until(lambda: platform.call(it.account, "GET", f"/reviews/{id_}")["status"] == "submitted")
    if javascript:
        clerk.page.get_by_text("已提交，待审核").or_(clerk.page.get_by_text("受理编号")).first.wait_for()
    clerk.open(f"/reviews/{id_}")
    clerk.sees("已提交，待审核")


def test_the_main_path_in_english(platform, person, ready):
    it = ready(name="<script>alert(1)</script>有限公司")
    clerk = person(it.account, language="en", phone=True).open("/certifications")
    clerk.check_accessible()
    clerk.follow("Conditions and self-assessment")
    clerk.sees("<script>alert(1)</script>")
    clerk.check_accessible()
    clerk.follow("Apply for review")
    assert clerk.heading == "Apply for review"
    clerk.check_accessible()
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("Submit the application")
    assert clerk.heading == "Review application submitted"
    clerk.check_accessible()
    clerk.follow("See the application")
    clerk.check_accessible()


def test_the_self_assessment_shows_every_indicator_and_an_incomplete_application_what_it_lacks(person, ready):
    it = ready()
    clerk = person(it.account).open(f"/certifications/{it.certification}")
    for text in ("复核资格未被取消。", "自评指标", "85分，达标线60分", "6.914%", "第十一条"):
        clerk.sees(text)
    clerk.check_accessible()
    clerk.follow("去复核")
    clerk.fill({"statement": "主营业务未变"})
    clerk.follow("提交复核申请")
    clerk.sees("须确认所填信息真实、准确并承担责任")
    assert clerk.page.locator("#statement").input_value() == "主营业务未变"
    clerk.check_accessible()


def test_a_firm_without_a_title_has_no_review(person):
    clerk = person(f"firm:{new_code()}").open("/certifications")
    clerk.sees("未认定的企业不提供复核功能")
    clerk.check_accessible()
