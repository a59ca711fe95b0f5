"""名单导入: the bureau uploads a list, sees its good and bad rows before anything changes, and has the good ones entered."""

import csv
import io

import pytest
from playwright.sync_api import expect

from services.cli.credit_codes import new_code
from tests.browser.firms import BUREAU, LONG, OFFICER

HEADINGS = ["企业名称", "统一社会信用代码", "所属区", "称号", "有效期起", "有效期止"]


@pytest.fixture
def listed(platform):
    """`listed(good, bad)`: a file with that many rows of each, as a browser uploads it, and the good ones' codes."""
    platform.at("2026-04-10T10:00")

    def make(good, bad):
        codes = [new_code() for _ in range(good)]
        rows = [[LONG, code, "思明区", "专精特新中小企业", "2026-01-01", "2028-12-31"] for code in codes]
        rows += [[LONG, "91350203MA31F1331X", "<b>区", "", "2026-02-30", ""] for _ in range(bad)]
        text = io.StringIO()
        csv.writer(text).writerows([HEADINGS, *rows])
        return {"name": "名单.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode("gb18030")}, codes

    return make


def held(platform, code):
    return platform.call(BUREAU, "GET", f"/certifications?credit_code={code}")["items"]


@pytest.mark.parametrize("javascript", [True, False])
def test_good_rows_are_entered_after_all_were_seen(person, platform, listed, javascript):
    def check():
        if javascript:
            bureau.check_accessible()

    def wait_for(text):
        """The page looks again by itself, or by its link."""
        if not javascript:
            platform.until(lambda: platform.call(BUREAU, "GET", f"/certification_imports{job}")["status"] == status)
            bureau.page.reload()
        bureau.sees(text)

    file, codes = listed(3, 2)
    bureau = person(BUREAU, javascript=javascript).open("/officers/imports")
    check()
    bureau.follow("上传并核对")
    bureau.sees("名单文件：必填")
    check()
    bureau.page.get_by_label("名单文件").set_input_files(file)
    bureau.page.get_by_role("button", name="上传并核对").press("Enter")
    bureau.page.wait_for_url("**/officers/imports/*")
    job, status = bureau.page.url.removeprefix(f"{bureau.url}/officers/imports"), "checked"
    wait_for("共5行：将新登记3个称号，0个已登记，2行有误。现在还没有导入。")
    bureau.sees("没有这个审核部门")
    bureau.page.get_by_role("row", name=codes[0]).wait_for()
    check()
    assert held(platform, codes[0]) == []
    bureau.follow("只导入正确的3行")
    status = "done"
    wait_for("共5行：新登记3个称号，0个原已登记，2行有误、未导入。")
    check()
    assert [each["title"] for each in held(platform, codes[0])] == ["specialized"]
    bureau.follow("返回名单导入")
    expect(bureau.page.get_by_role("row", name="名单.csv").first.get_by_text("已导入")).to_be_visible()


def test_a_list_without_a_good_row_is_discarded_in_english_on_a_phone(person, listed):
    file, _ = listed(0, 2)
    bureau = person(BUREAU, language="en", phone=True).open("/officers/imports")
    bureau.page.get_by_label("File with the list").set_input_files(file)
    bureau.follow("Upload and check")
    bureau.sees("No row can be entered.")
    bureau.check_accessible()
    bureau.follow("Discard this list")
    bureau.check_accessible()
    bureau.page.get_by_role("button", name="Discard").click()
    bureau.sees("Discarded; no row was entered.")
    bureau.check_accessible()


def test_a_file_that_is_no_list_is_refused_and_the_page_is_the_bureaus(person, platform):
    platform.at("2026-04-10T10:00")
    bureau = person(BUREAU).open("/officers/imports")
    bureau.page.get_by_label("名单文件").set_input_files(
        {"name": "x.csv", "mimeType": "text/csv", "buffer": "甲,乙\n1,2\n".encode()}
    )
    bureau.follow("上传并核对")
    bureau.sees("找不到表头行")
    bureau.check_accessible()
    assert person(OFFICER).open("/officers/imports").heading == "找不到这个页面"
