"""企业信息 and 信息更新: the tour's stories of the annual update, by clicks and keys alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from services.cli.tour.forms import DECLARATION, update_form
from tests.browser.firms import registered

DOCS = Path(__file__).parents[2] / "docs" / "portal.md"
LONG = "厦门市海峡两岸新一代信息技术与智能制造装备产业融合创新研究开发股份有限公司思明区软件园分公司"
BASICS = {
    "basics.legal_representative": "陈建国",
    "basics.business_address": "福建省厦门市思明区软件园二期望海路18号",
    "basics.founded_on": "2014-03-18",
    "basics.registered_capital": "1200",
    "basics.size": "small",
    "basics.industry_code": "C3921",
    "basics.ownership": "private",
}
FIGURES = {
    "staff": "126", "rd_staff": "31", "revenue": "8600.50", "main_revenue": "7900", "net_profit": "-610",
    "total_assets": "9400", "total_liabilities": "3100", "tax_paid": "420", "rd_spending": "560",
    "equity_financing": "0",
}  # fmt: skip
PRODUCT = {"product.name": "微型传感器", "product.category": "敏感元件", "product.years_in_niche": "8",
           "product.market_share": "12.5"}  # fmt: skip
IP = {"ip.class_1": "6", "ip.own_class_1": "5", "ip.high_value_class_1": "1", "ip.class_2": "14"}


def figures(place):
    return {f"years.{place}.{name}": value for name, value in FIGURES.items()}


@pytest.fixture
def firm(platform):
    """A firm with a title that no other test knows, on 20 April 2026."""
    platform.at("2026-04-20T10:00")

    def register(name="厦门示例按时科技有限公司", told=None):
        it = registered(platform, name, valid_from="2024-06-01", valid_to="2027-05-31", duties_from=None)
        platform.until(lambda: owes(platform, it))
        if told is not None:
            submitted(platform, it, told)
        return it

    return register


def owes(platform, firm):
    known = platform.tried(firm.account, "GET", f"{firm.path}/freshness?year=2026").json().get("titles")
    owed = platform.tried(firm.account, "GET", f"/obligations?credit_code={firm.code}&duty=update").json().get("items")
    return known and owed


def submitted(platform, firm, year, **form):
    whole = update_form(firm.code, year) | {"declaration": DECLARATION} | form
    return platform.call(firm.account, "POST", f"{firm.path}/updates", whole)["id"]


def drafted(platform, firm, **form):
    whole = {name: value for name, value in (update_form(firm.code, 2026) | form).items() if name != "duty_year"}
    platform.call(firm.account, "PUT", f"{firm.path}/update_drafts/2026", whole)


def asked_on(page):
    """The fields that a page asks for: a group of choices is one."""
    names = page.locator("main form [name]:not([type=hidden], button)").evaluate_all(
        "all => all.map(each => each.name)"
    )
    return set(names)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_firm_updates_for_the_first_time_from_its_home_to_the_reference(platform, person, firm, javascript):
    """The path that docs/portal.md counts; every page of it is accessible."""
    it = firm()
    clerk = person(it.account, javascript=javascript)
    pages, fields = [clerk.heading], set()

    def arrived(heading):
        assert clerk.heading == heading
        assert clerk.page.title() == f"{heading} · 培育平台"
        pages.append(heading)
        if javascript:
            clerk.check_accessible()
        fields.update(asked_on(clerk.page))

    clerk.follow("企业信息管理")
    arrived("企业信息")
    clerk.sees("2026年度信息更新应在2026年4月30日（星期四）前（含当日）完成。")
    clerk.sees("还没有填报过信息")
    clerk.follow("信息更新（2026年度）")
    arrived("2026年度信息更新")
    clerk.follow("下一步：核对并提交")
    clerk.sees("未填写")
    clerk.follow("1. 基本信息")
    parts = {
        "基本信息": BASICS,
        "经营数据": {**figures(0), **figures(1)},
        "主导产品": PRODUCT,
        "知识产权": IP,
        "质量与数字化": {"quality.digital_level": "2", "quality.certificates.0": "ISO 9001"},
        "合规情况": {"compliance.violations": "false"},
        "荣誉与资质": {},
    }
    for name, values in parts.items():
        arrived(f"2026年度信息更新：{name}")
        clerk.fill(values)
        clerk.follow("保存并继续")
    arrived("核对并提交")
    for text in ("8,600.50", "-610", "12.5%", "ISO 9001", "C3921"):
        clerk.sees(text)
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交")
    arrived("信息更新已提交")
    clerk.sees("按时更新")
    (update,) = platform.call(it.account, "GET", f"{it.path}/updates")["items"]
    clerk.sees(update["id"])
    counted = re.search(r"\| update the company's information for a year \| (\d+) \| (\d+) \|", DOCS.read_text())
    assert counted and [len(pages), len(fields)] == [int(each) for each in counted.groups()], (pages, sorted(fields))
    clerk.follow("查看提交的内容")
    assert clerk.heading == "2026年度信息更新"
    clerk.open("/enterprise")
    clerk.sees("以下内容取自")


def test_what_was_told_last_year_stands_beside_the_fields_and_what_mostly_holds_in_them(platform, person, firm):
    it = firm(LONG, told=2025)
    clerk = person(it.account).open("/update/2026/basics")
    clerk.sees("已带入2025年度填报的内容")
    assert clerk.page.locator("[name='basics.legal_representative']").input_value() == "陈建国"
    clerk.check_accessible()
    clerk.follow("保存并继续")
    assert clerk.heading == "2026年度信息更新：经营数据"
    clerk.sees("2024年：8,100 万元")
    assert clerk.page.locator("[name='years.0.revenue']").input_value() == ""
    assert clerk.page.locator("[name='years.1.revenue']").input_value() == "8100"
    clerk.open("/update/2026/recognitions").check_accessible()
    clerk.open("/enterprise")
    clerk.sees(LONG)
    clerk.check_accessible()


def test_every_defect_stands_at_its_field_and_in_the_summary(platform, person, firm):
    it = firm()
    clerk = person(it.account, phone=True).open("/update/2026/years")
    clerk.fill(
        {**figures(0), **figures(1), "years.0.staff": "许多", "years.0.main_revenue": "9999", "years.1.revenue": ""}
    )
    clerk.follow("保存并继续")
    clerk.sees("请改正以下问题")
    clerk.check_accessible()
    assert clerk.page.evaluate("document.activeElement.className") == "errors"
    assert clerk.page.locator("[name='years.0.staff']").input_value() == "许多"
    wrong = clerk.page.locator("[aria-invalid=true]").evaluate_all("all => all.map(each => each.name)")
    assert wrong == ["years.0.staff", "years.0.main_revenue", "years.1.revenue"]
    expect(clerk.page.locator(".errors li")).to_have_count(3)
    clerk.open("/update/2026/check")
    assert clerk.heading == "2026年度信息更新"
    clerk.sees("有待改正")
    clerk.check_accessible()
    clerk.page.get_by_role("link", name=re.compile("^2024年营业收入")).click()
    clerk.page.wait_for_url(re.compile(r"/update/2026/years\?wrong=yes#years\.1\.revenue$"))
    clerk.fill({"years.0.staff": "126", "years.0.main_revenue": "7900", "years.1.revenue": "8600"})
    clerk.follow("暂存")
    clerk.sees("已暂存")
    expect(clerk.page.locator("[aria-invalid=true]")).to_have_count(0)
    clerk.open("/update/2026")
    expect(clerk.page.get_by_text("已填写")).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False])
def test_rows_are_added_and_removed(platform, person, firm, javascript):
    it = firm()
    clerk = person(it.account, javascript=javascript).open("/update/2026/recognitions")
    clerk.follow("添加荣誉")
    clerk.fill({"recognitions.honours.0.kind": "ip_advantage", "recognitions.honours.0.valid_to": "2027-12-31"})
    clerk.follow("添加奖励")
    clerk.fill({"recognitions.awards.0.name": "科技进步奖", "recognitions.awards.0.level": "provincial",
                "recognitions.awards.0.granted_on": "2024-05-01"})  # fmt: skip
    clerk.follow("添加奖励")
    clerk.fill({"recognitions.awards.1.name": "另一个奖"})
    clerk.follow("保存并继续")
    clerk.sees("级别（2）")
    clerk.follow("删除这一项 科技奖励（2）")
    expect(clerk.page.locator("[name='recognitions.awards.1.name']")).to_have_count(0)
    clerk.open("/update/2026/years")
    clerk.follow("再填一年（选填）")
    assert clerk.page.locator("[name='years.2.year']").get_attribute("value") == "2023"
    clerk.fill({"years.2.staff": "90"})
    clerk.follow("暂存")
    clerk.open("/update/2026/quality")
    clerk.fill({"quality.certificates.0": "ISO 9001"})
    clerk.follow("添加证书")
    clerk.fill({"quality.certificates.1": "ISO 14001"})
    clerk.follow("暂存")
    clerk.sees("已暂存")
    if javascript:
        clerk.check_accessible()
    form = platform.call(it.account, "GET", f"{it.path}/update_drafts/2026")["form"]
    assert form["quality"]["certificates"] == ["ISO 9001", "ISO 14001"]
    assert [each["name"] for each in form["recognitions"]["awards"]] == ["科技进步奖"]
    assert form["recognitions"]["honours"] == [{"kind": "ip_advantage", "valid_to": "2027-12-31"}]
    assert form["years"][2] == {"year": "2023", "staff": "90"}


def test_a_late_update_is_told_that_it_is_late_and_what_that_means(platform, person, firm):
    it = firm()
    drafted(platform, it)
    platform.at("2026-05-04T10:00")
    clerk = person(it.account, language="en").open("/enterprise")
    clerk.sees("The update for 2026 is overdue: its last day was 30 April 2026 (Thursday).")
    clerk.check_accessible()
    clerk.follow("Annual update for 2026")
    clerk.check_accessible()
    clerk.follow("Continue: check and submit")
    assert clerk.heading == "Check and submit"
    clerk.check_accessible()
    clerk.follow("Submit")
    clerk.page.locator(".errors").wait_for()
    clerk.check_accessible()
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("Submit")
    assert clerk.heading == "Update submitted"
    clerk.sees("Updated late")
    clerk.sees("and is recorded as late. The rule:")
    clerk.check_accessible()


def test_two_updates_are_told_apart_in_words(platform, person, firm):
    it = firm("<script>alert(1)</script>有限公司", told=2025)
    form = update_form(it.code, 2026)
    form["basics"] |= {"legal_representative": "王小明"}
    form["quality"] = {"certificates": [], "digital_level": 2}
    submitted(platform, it, 2026, **form)
    clerk = person(it.account, phone=True).open("/enterprise")
    clerk.sees("<script>alert(1)</script>有限公司")
    clerk.page.get_by_role("link", name=re.compile("^与上一次比较")).click()
    assert clerk.heading == "2026年度信息更新"
    row = clerk.page.get_by_role("row").filter(has_text="法定代表人")
    assert row.locator("th, td").all_inner_texts() == ["法定代表人", "已修改", "陈建国", "王小明"]
    clerk.sees("本次没有")
    clerk.sees("本次新增")
    clerk.check_accessible()
    clerk.follow("比较")
    clerk.check_accessible()
    clerk.open("/enterprise?year=2025#freshness").check_accessible()


def test_contacts_are_changed_and_what_another_changed_is_shown(platform, person, firm):
    it = firm()
    clerk, other = person(it.account).open("/enterprise/contact"), person(it.account, language="en")
    clerk.check_accessible()
    other.open("/enterprise/second_contact").check_accessible()
    other.fill({"name": "李四", "mobile": "123", "email": "nobody"})
    other.follow("Save")
    expect(other.page.locator("[aria-invalid=true]")).to_have_count(2)
    other.check_accessible()
    other.fill({"mobile": "13800138000", "email": "li@firm.example"})
    other.follow("Save")
    other.sees("The contacts are updated.")
    other.check_accessible()
    clerk.fill({"name": "王五"})
    clerk.follow("保存")
    clerk.sees("您填写期间，企业信息有变动。")
    clerk.check_accessible()
    assert clerk.page.locator("[name=name]").input_value() == "王五"
    clerk.follow("保存")
    clerk.sees("联系人已更新。")
    clerk.follow("不再设第二联系人")
    assert clerk.heading == "不再设第二联系人吗？"
    clerk.check_accessible()
    clerk.page.get_by_role("button", name="不再设第二联系人").click()
    clerk.sees("还没有第二联系人")
    known = platform.call(it.account, "GET", it.path)
    assert (known["contact"]["name"], known["second_contact"]) == ("王五", None)


def test_what_two_people_write_at_once(platform, person, firm):
    """Into different groups: both stay. Into the same: the second sees what the first wrote."""
    it = firm()
    drafted(platform, it)
    first, second = (person(it.account).open("/update/2026/ip") for _ in range(2))
    third = person(it.account).open("/update/2026/product")
    first.fill({"ip.class_2": "20"})
    first.follow("暂存")
    first.sees("已暂存")
    third.fill({"product.name": "新产品"})
    third.follow("暂存")
    third.sees("已暂存")
    second.fill({"ip.class_2": "30"})
    second.follow("暂存")
    second.sees("这部分内容被另外保存、提交或放弃过")
    second.sees("20 件")
    second.check_accessible()
    second.follow("暂存")
    second.sees("已暂存")
    form = platform.call(it.account, "GET", f"{it.path}/update_drafts/2026")["form"]
    assert (form["ip"]["class_2"], form["product"]["name"]) == ("30", "新产品")


def test_what_was_changed_while_it_was_checked_is_checked_again(platform, person, firm):
    it = firm()
    drafted(platform, it)
    clerk = person(it.account).open("/update/2026/check")
    other = person(it.account).open("/update/2026/ip")
    other.fill({"ip.class_2": "77"})
    other.follow("暂存")
    other.sees("已暂存")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交")
    clerk.sees("填写的内容被另外修改过")
    clerk.sees("77 件")
    clerk.check_accessible()
    clerk.follow("提交")
    assert clerk.heading == "信息更新已提交"


def test_a_draft_is_thrown_away_after_a_question(platform, person, firm):
    it = firm()
    drafted(platform, it)
    clerk = person(it.account).open("/update/2026")
    clerk.follow("放弃草稿")
    assert clerk.heading == "确定放弃这份草稿吗？"
    clerk.check_accessible()
    clerk.page.get_by_role("button", name="放弃草稿").click()
    clerk.sees("草稿已放弃。")
    clerk.check_accessible()
    assert platform.tried(it.account, "GET", f"{it.path}/update_drafts/2026").status_code == 404


def test_a_session_that_ends_in_the_middle_of_the_form_loses_nothing(platform, person, firm):
    it = firm()
    clerk = person(it.account).open("/update/2026/product")
    clerk.fill(PRODUCT | {"product.name": "写到一半的产品"})
    clerk.context.clear_cookies(name=re.compile("peiyu_session"))
    clerk.follow("暂存")
    clerk.log_in_again(it.account)
    clerk.sees("已暂存")
    assert clerk.page.locator("[name='product.name']").input_value() == "写到一半的产品"


def test_a_double_click_files_once(platform, person, firm):
    it = firm()
    drafted(platform, it)
    clerk = person(it.account, javascript=False).open("/update/2026/check")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.page.get_by_role("button", name="提交").dblclick()
    clerk.page.wait_for_url(re.compile("/done$"))
    assert clerk.heading == "信息更新已提交"
    assert len(platform.call(it.account, "GET", f"{it.path}/updates")["items"]) == 1


def test_an_update_that_is_not_open_yet_is_refused_in_words(platform, person, firm):
    it = firm()
    form = {name: value for name, value in update_form(it.code, 2027).items() if name != "duty_year"}
    platform.call(it.account, "PUT", f"{it.path}/update_drafts/2027", form)
    clerk = person(it.account).open("/update/2027/check")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交")
    clerk.sees("2027年度信息更新自2027年1月1日起提交")
    clerk.check_accessible()


@pytest.mark.parametrize(
    "path", ["/update/1999", "/update/2026/nonsense", "/enterprise/updates/x", "/enterprise/nonsense"]
)
def test_what_is_not_there_is_not_found(person, path):
    assert person("firm:91350203MA31F1331W").open(path).heading == "找不到这个页面"
