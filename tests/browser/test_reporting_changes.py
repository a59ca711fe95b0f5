"""重大变更: the tour's stories of change reports, by clicks and keys alone."""

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from services.cli.credit_codes import new_code
from tests.browser.firms import BUREAU, OFFICER, registered
from tests.browser.reports import YES_TO_ALL, done, draft, submitted

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DOCS = Path(__file__).parents[2] / "docs" / "portal.md"


@pytest.fixture
def firm(platform):
    """A firm with a title that no other test knows, on 21 May 2026."""
    platform.at("2026-05-21T10:00")
    return partial(registered, platform, duties_from=None)


def asked_on(page):
    """The fields that a page asks for: a group of choices is one, files nobody must send none."""
    names = page.locator("main form [name]:not([type=hidden], button, [type=file])").evaluate_all(
        "all => all.map(each => each.name)"
    )
    return set(names)


def test_a_rename_is_reported_from_the_list_to_the_decision(platform, person, firm):
    """The path that docs/portal.md counts; every page of it is accessible."""
    it = firm()
    new = "厦门示例新名软件有限公司"
    clerk = person(it.account)
    pages, fields = [clerk.heading], set()
    discarded = draft(platform, it)
    platform.call(it.account, "DELETE", f"/changes/{discarded}", **{"If-Match": '"1"'})

    def arrived(heading):
        assert clerk.heading == heading
        assert clerk.page.title().endswith(f"{heading} · 培育平台")
        clerk.check_accessible()
        pages.append(heading)
        fields.update(asked_on(clerk.page) if heading != "重大变更" else ())

    clerk.follow("重大变更")
    clerk.sees("还没有变更记录")
    arrived("重大变更")
    clerk.follow("新增变更")
    arrived("发生了什么变化？")
    clerk.fill({"type": "rename", "happened_on": "2026-05-08"})
    clerk.sees("应在2026年8月10日（星期一）前（含当日）报告。")
    clerk.sees("规定期限届满日为2026年8月8日（星期六）。")
    clerk.follow("继续")
    arrived("填写报告：更名")
    clerk.fill({"details.new_name": new, "reason": "因业务发展需要", **YES_TO_ALL})
    clerk.sees("还可以填写993个字")
    clerk.page.locator("#file").set_input_files([
        {"name": "登记通知书.pdf", "mimeType": "application/pdf", "buffer": PDF},
    ])  # fmt: skip
    clerk.page.get_by_role("button", name="下一步").click()
    arrived("核对并提交")
    clerk.sees(new)
    clerk.sees("登记通知书.pdf")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交")
    clerk.page.wait_for_url(re.compile("/done$"))
    assert clerk.page.evaluate("document.activeElement.className") == "done"
    clerk.sees("按时提交：期限为2026年8月10日（星期一）。")
    arrived("报告已提交")
    counted = re.search(r"\| report a change of name \| (\d+) \| (\d+) \|", DOCS.read_text())
    assert counted and [len(pages), len(fields)] == [int(each) for each in counted.groups()], (pages, fields)

    clerk.page.go_back()
    clerk.page.wait_for_url(re.compile(r"/changes/[0-9a-f-]{36}$"))
    assert clerk.heading == "变更详情：更名"
    id_ = clerk.page.url.rpartition("/")[2]
    (report,) = platform.call(it.account, "GET", f"/changes?credit_code={it.code}")["items"]
    assert (report["id"], report["before"], report["after"]) == (id_, it.name, new)
    platform.call(OFFICER, "POST", f"/changes/{id_}/opinion", {"meets_criteria": True, "opinion": "经核实，人员未变"})
    kept = [{"certification_id": it.certification, "outcome": "retained", "reason": "仍符合认定标准"}]
    done(platform, BUREAU, f"/changes/{id_}/decision", {"decisions": kept})
    platform.until(lambda: len(platform.call(it.account, "GET", f"/timeline?case={id_}")["items"]) >= 4)
    clerk.page.reload()
    for text in ("已办结", "专精特新中小企业 · 称号及有效期不变", "仍符合认定标准", "经核实，人员未变", "第十三条"):
        clerk.sees(text)
    clerk.check_accessible()
    with clerk.page.expect_download() as started:
        clerk.follow("登记通知书.pdf")
    assert started.value.suggested_filename == "登记通知书.pdf"
    assert Path(started.value.path()).read_bytes() == PDF
    clerk.follow("打印报告表")
    assert clerk.heading == "重大变化情况报告表"
    clerk.sees("签署人：陈建国")
    clerk.check_accessible()
    clerk.page.emulate_media(media="print")
    assert clerk.page.locator("header").is_hidden()
    assert clerk.page.get_by_role("button", name="打印").is_hidden()


def test_a_returned_report_names_every_defect_at_its_field_and_comes_back(platform, person, firm):
    it = firm()
    id_ = submitted(platform, it, type="control", happened_on="2026-02-24", details={}, before="甲持股100%",
                    after="甲、乙共同持股", reason="股权转让")  # fmt: skip
    defects = [
        {"field": "/reason", "text": "请说明股权转让的原因"},
        {"field": "/after", "text": "请填写变更后各股东的持股比例"},
        {"field": "/attachments", "text": "请上传协议"},
        {"field": "", "text": "请核对全部内容"},
    ]
    platform.call(OFFICER, "POST", f"/changes/{id_}/return", {"defects": defects, "due": None})
    clerk = person(it.account, phone=True).open("/changes")
    clerk.check_accessible()
    clerk.follow("详情 控制权变更")
    clerk.sees("请在2026年6月4日（星期四）前补正以下内容")
    clerk.sees("整份报告：请核对全部内容")
    clerk.check_accessible()
    clerk.follow("变化后情况：请填写变更后各股东的持股比例")
    assert clerk.page.url.endswith(f"/changes/{id_}/edit#after")
    assert clerk.page.locator("#after").get_attribute("aria-invalid") == "true"
    clerk.check_accessible()
    clerk.fill({"after": "甲持股60%，乙持股40%", "reason": "原股东退出"})
    clerk.follow("下一步")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交")
    assert clerk.heading == "报告已提交"
    clerk.sees("按时提交：期限为2026年5月25日（星期一）。")
    clerk.follow("查看详情")
    clerk.sees("已提交，待审核")
    clerk.follow("撤回")
    assert clerk.heading == "确定撤回这份报告吗？"
    clerk.check_accessible()
    clerk.follow("撤回")
    clerk.sees("请改正以下问题")
    clerk.check_accessible()
    clerk.fill({"reason": "交易尚未完成"})
    clerk.follow("撤回")
    clerk.sees("已撤回")
    assert clerk.heading == "变更详情：控制权变更"


def test_a_late_report_is_told_what_it_may_cost(platform, person, firm):
    it = firm()
    id_ = draft(platform, it, happened_on="2025-11-30")
    clerk = person(it.account).open(f"/changes/{id_}/check")
    clerk.sees("期限已过，请尽快报告。")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交")
    clerk.sees("逾期报告的后果由主管部门决定")
    clerk.sees("第十三条")
    clerk.check_accessible()
    chosen = {"choice": "revoke_eligibility", "certification_ids": None, "reason": "经提醒仍未报告"}
    done(platform, BUREAU, f"/changes/{id_}/sanction", chosen)
    clerk.open(f"/changes/{id_}")
    for text in ("逾期报告的处理", "取消复核资格", "经提醒仍未报告"):
        clerk.sees(text)
    clerk.check_accessible()


def test_what_officers_recorded_stands_on_top_and_is_reported_once(platform, person, firm):
    it = firm()
    seen = {"credit_code": it.code, "type": "restructuring", "happened_on": "2026-01-15", "evidence": "登记机关公示"}
    done(platform, OFFICER, "/occurrences", seen)
    clerk = person(it.account).open("/changes")
    clerk.sees("应在2026年4月15日（星期三）前（含当日）报告。")
    clerk.check_accessible()
    clerk.follow("去报告")
    assert clerk.page.locator("[name=type]:checked").get_attribute("value") == "restructuring"
    assert clerk.page.locator("[name=happened_on]").input_value() == "2026-01-15"
    clerk.sees("登记机关公示")
    clerk.check_accessible()
    clerk.follow("继续")
    assert clerk.heading == "填写报告：重组"
    here = clerk.page.url
    clerk.open("/changes")
    clerk.follow("去报告")
    assert clerk.page.url == here
    clerk.fill({"before": "独立法人", "after": "并入集团", "reason": "集团重组", **YES_TO_ALL})
    clerk.follow("下一步")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交")
    assert clerk.heading == "报告已提交"
    clerk.open("/changes")
    expect(clerk.page.get_by_text("去报告")).to_have_count(0)


def test_a_firm_sees_what_an_unreported_change_costs_and_reports_it_after_all(platform, person, firm):
    it = firm()
    seen = {"credit_code": it.code, "type": "business", "happened_on": "2026-01-15", "evidence": "登记机关公示"}
    done(platform, OFFICER, "/occurrences", seen)
    (found,) = platform.call(it.account, "GET", "/occurrences")["items"]
    chosen = {"choice": "revoke_eligibility", "certification_ids": None, "reason": "经提醒仍未报告"}
    done(platform, BUREAU, f"/occurrences/{found['id']}/sanction", chosen)
    clerk = person(it.account).open("/changes")
    clerk.sees("未按期报告的处理：取消复核资格 · 经提醒仍未报告")
    clerk.check_accessible()
    clerk.follow("查看或补报")
    clerk.follow("继续")
    assert clerk.heading == "填写报告：主营业务变更"


def test_a_little_giant_is_referred_and_the_ministrys_answer_shows(platform, person, firm):
    it = firm(title="little_giant")
    id_ = submitted(platform, it)
    platform.call(OFFICER, "POST", f"/changes/{id_}/opinion", {"meets_criteria": False, "opinion": "已不属中小企业"})
    refer = {"certification_id": it.certification, "outcome": "referred", "reason": "经核实不再符合"}
    done(platform, BUREAU, f"/changes/{id_}/decision", {"decisions": [refer]})
    clerk = person(it.account).open(f"/changes/{id_}")
    clerk.sees("专精特新“小巨人”企业 · 报工业和信息化部")
    answer = {
        "certification_id": it.certification,
        "outcome": "cancelled",
        "reason": "取消认定",
        "answered_on": "2026-05-21",
    }
    platform.call(BUREAU, "POST", f"/changes/{id_}/ministry_answer", answer)
    clerk.page.reload()
    clerk.sees("专精特新“小巨人”企业 · 取消称号")
    clerk.sees("工信部答复日期")
    clerk.check_accessible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_merger_with_several_firms_and_files_is_written_in_pieces(platform, person, firm, javascript):
    it = firm()
    id_ = draft(platform, it, type="other", details={})
    clerk = person(it.account, javascript=javascript).open(f"/changes/{id_}/edit")
    clerk.follow("更改 变更类型")
    clerk.fill({"type": "merger"})
    clerk.check_accessible() if javascript else None
    clerk.follow("继续")
    assert clerk.heading == "填写报告：合并"
    clerk.fill({"happened_on": "2026-05-06", "details.counterparties.0.name": "厦门甲有限公司",
                "details.counterparties.0.credit_code": new_code()})  # fmt: skip
    clerk.follow("再加一家")
    clerk.fill({"details.counterparties.1.name": "厦门乙有限公司", "details.counterparties.1.credit_code": "91350203MA31F1331X"})  # fmt: skip
    clerk.page.locator("#file").set_input_files([
        {"name": "协议.pdf", "mimeType": "application/pdf", "buffer": PDF},
        {"name": "扫描.gif", "mimeType": "image/gif", "buffer": b"GIF89a" + bytes(64)},
        {"name": "决议.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)},
    ])  # fmt: skip
    clerk.page.get_by_role("button", name="上传", exact=True).click()
    clerk.sees("扫描.gif：仅接受PDF、JPEG、PNG文件")
    clerk.sees("协议.pdf")
    assert clerk.page.locator("[name='details.counterparties.1.name']").input_value() == "厦门乙有限公司"
    clerk.follow("删除 决议.png")
    expect(clerk.page.get_by_text("决议.png")).to_have_count(0)
    clerk.fill({"reason": "与同行合并"})
    clerk.follow("下一步")
    clerk.page.get_by_role("link", name="对方统一社会信用代码（2）：").wait_for()
    assert clerk.page.locator("[name=reason]").input_value() == "与同行合并"
    if javascript:
        clerk.check_accessible()
        assert clerk.page.evaluate("document.activeElement.className") == "errors"
        clerk.page.get_by_role("link", name="对方统一社会信用代码（2）：").click()
        assert clerk.page.evaluate("document.activeElement.id") == "details.counterparties.1.credit_code"
    clerk.fill({"details.counterparties.1.name": "", "details.counterparties.1.credit_code": "", **YES_TO_ALL})
    clerk.follow("暂存")
    clerk.sees("已暂存")
    clerk.sees("应在2026年8月6日（星期四）前（含当日）报告。")
    clerk.follow("下一步")
    assert clerk.heading == "核对并提交"
    clerk.follow("修改 变化原因")
    assert clerk.page.url.endswith("/edit#reason")
    clerk.follow("下一步")
    clerk.follow("提交")
    clerk.sees("须确认所填信息真实、准确并承担责任")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("提交")
    assert clerk.heading == "报告已提交"


def test_the_main_path_in_english(platform, person, firm):
    it = firm()
    id_ = draft(platform, it, type="overseas_branch", details={"country": "新加坡"}, before="", after="")
    clerk = person(it.account, language="en").open("/changes")
    clerk.check_accessible()
    clerk.follow("Edit Overseas branch")
    assert clerk.heading == "Write the report: Overseas branch"
    clerk.fill({"details.branch_name": "Example Pte. Ltd.", "details.share": "150", "details.amount": "500",
                "before": "无", "after": "设立子公司"})  # fmt: skip
    clerk.follow("Continue")
    clerk.page.get_by_role("link", name="Share: ").wait_for()
    clerk.check_accessible()
    clerk.fill({"details.share": "60"})
    clerk.follow("Continue")
    assert clerk.heading == "Check and submit"
    clerk.sees("60%")
    clerk.check_accessible()
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.follow("Submit")
    assert clerk.heading == "Report submitted"
    clerk.check_accessible()
    clerk.open(f"/changes/{id_}/print")
    clerk.check_accessible()


def test_a_draft_is_deleted_after_a_question_and_the_list_is_filtered_and_paged(platform, person, firm):
    it = firm("<script>alert(1)</script>有限公司")
    ids = [draft(platform, it, happened_on=f"2026-04-{day:02}") for day in range(1, 23)]
    clerk = person(it.account).open("/changes")
    expect(clerk.page.locator("tbody tr")).to_have_count(20)
    clerk.follow("下一页")
    expect(clerk.page.locator("tbody tr")).to_have_count(2)
    clerk.follow("回到第一页")
    clerk.fill({"type": "rename", "status": "draft", "happened_from": "2026-04-22"})
    clerk.follow("查询")
    expect(clerk.page.locator("tbody tr")).to_have_count(1)
    clerk.follow("删除 更名")
    assert clerk.heading == "确定删除这份报告吗？"
    clerk.check_accessible()
    clerk.page.get_by_role("button", name="删除").click()
    clerk.sees("已删除。")
    clerk.open("/changes?type=merger")
    clerk.sees("没有符合条件的变更记录。")
    clerk.check_accessible()
    clerk.open(f"/changes/{ids[0]}/print")
    clerk.sees("<script>alert(1)</script>有限公司")


def test_a_session_that_ends_in_the_middle_of_the_form_loses_nothing(platform, person, firm):
    it = firm()
    id_ = draft(platform, it)
    clerk = person(it.account).open(f"/changes/{id_}/edit")
    clerk.fill({"reason": "写到一半的原因"})
    clerk.context.clear_cookies(name=re.compile("peiyu_session"))
    clerk.follow("暂存")
    clerk.log_in_again(it.account)
    clerk.sees("已暂存")
    assert clerk.page.locator("[name=reason]").input_value() == "写到一半的原因"


def test_a_double_click_files_once(platform, person, firm):
    it = firm()
    id_ = draft(platform, it)
    clerk = person(it.account, javascript=False).open(f"/changes/{id_}/check")
    clerk.fill({"declaration.accepted": "true", "declaration.signatory": "陈建国"})
    clerk.page.get_by_role("button", name="提交").dblclick()
    clerk.page.wait_for_url("**/done")
    steps = platform.call(it.account, "GET", f"/changes/{id_}")["steps"]
    assert [each["act"] for each in steps] == ["submit"]
    clerk.open(f"/changes/{id_}/check")
    assert clerk.heading == "变更详情：更名"


def test_five_clicks_at_once_file_once_and_all_lead_to_the_confirmation(platform, person, firm):
    it = firm()
    id_ = draft(platform, it)
    path = f"/changes/{id_}/check"
    clerk = person(it.account, javascript=False).open(path)
    hidden = clerk.page.locator(f'form[action="{path}"] input[type=hidden]')
    fields = dict(hidden.evaluate_all("all => all.map(each => [each.name, each.value])"))
    fields |= {"declaration.accepted": "true", "declaration.signatory": "陈建国"}
    cookies = {each["name"]: each["value"] for each in clerk.context.cookies()}
    with httpx.Client(base_url=clerk.url, cookies=cookies) as client, ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: client.post(path, data=fields), range(5)))
    assert {(each.status_code, each.headers.get("Location")) for each in answers} == {(303, f"/changes/{id_}/done")}
    steps = platform.call(it.account, "GET", f"/changes/{id_}")["steps"]
    assert [each["act"] for each in steps] == ["submit"]


def test_what_two_people_write_at_once_is_shown_to_the_second(platform, person, firm):
    it = firm()
    id_ = draft(platform, it)
    first, second = (person(it.account).open(f"/changes/{id_}/edit") for _ in range(2))
    first.fill({"reason": "第一个人的原因"})
    first.follow("暂存")
    first.sees("已暂存")
    second.fill({"reason": "第二个人的原因"})
    second.follow("暂存")
    second.sees("这份报告被另外保存过")
    second.sees("第一个人的原因")
    second.check_accessible()
    assert second.page.locator("[name=reason]").input_value() == "第二个人的原因"
    second.follow("暂存")
    second.sees("已暂存")
    assert platform.call(it.account, "GET", f"/changes/{id_}")["reason"] == "第二个人的原因"


@pytest.mark.parametrize(
    "path", ["/changes/nonsense", "/changes/01a20fd5-9a2a-75e6-8e9a-45f3d0ce6275", "/changes/x/edit"]
)
def test_a_report_that_is_not_there_is_not_found(person, path):
    clerk = person("firm:91350203MA31F1331W").open(path)
    assert clerk.heading == "找不到这个页面"


def test_officers_have_no_report_to_write(person):
    assert person(OFFICER).open("/changes").heading == "本页供企业办理"
