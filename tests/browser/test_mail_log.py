"""邮件记录: officers find a mail, read it as it was sent, send it anew and prove what a firm was told."""

import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.firms import BUREAU, LONG, OFFICER, registered


@pytest.fixture
def reminded(platform):
    """A firm that was reminded of its annual update, and that reminder."""
    platform.at("2026-04-17T10:00")
    firm = registered(platform, LONG)
    path = f"/messages?credit_code={firm.code}&kind=update_due&state=sent"
    platform.until(lambda: platform.call(BUREAU, "GET", path)["items"])
    (message,) = platform.call(BUREAU, "GET", path)["items"]
    return firm, message


@pytest.mark.parametrize("javascript", [True, False])
def test_an_officer_finds_a_mail_reads_it_sends_it_anew_and_proves_it(platform, person, reminded, javascript):
    def check():
        if javascript:
            officer.check_accessible()

    firm, message = reminded
    officer = person(OFFICER, javascript=javascript).open("/officers/messages")
    check()
    officer.fill({"credit_code": firm.code, "kind": "update_due", "audience": "firm"})
    officer.page.get_by_role("button", name="查询").press("Enter")
    officer.page.get_by_role("link", name=LONG).wait_for()
    expect(officer.page.locator("tbody tr")).to_have_count(1)
    check()
    found = officer.page.url
    officer.follow(message["subject"])
    assert officer.heading == message["subject"]
    mail = platform.call(OFFICER, "GET", f"/messages/{message['id']}")
    assert officer.page.locator("pre").inner_text().strip() == mail["text"].strip()
    officer.sees(mail["server_answer"])
    check()
    officer.follow("重新发送")
    officer.follow("确认重新发送")
    officer.sees("重发原因：必填")
    check()
    officer.fill({"reason": "企业称未收到"})
    officer.follow("确认重新发送")
    officer.sees("已安排重新发送。")
    officer.sees("企业称未收到")
    check()
    officer.open(f"/officers/messages/{message['id']}").follow("本事项的送达证明")
    assert officer.heading == "送达证明"
    officer.sees("本记录由平台按留存数据生成。")
    check()
    with officer.page.expect_download() as download:
        officer.follow("导出送达证明（ZIP）")
    assert any(name.endswith(".eml") for name in zipfile.ZipFile(download.value.path()).namelist())
    officer.page.goto(found)
    expect(officer.page.locator("tbody tr")).to_have_count(2)


def test_a_list_of_firms_is_not_sent_anew_and_the_reason_is_said(platform, person, reminded):
    path = "/messages?audience=officers&authority=XM-SM&duty=update"
    platform.until(lambda: any(each["state"] == "sent" for each in platform.call(BUREAU, "GET", path)["items"]))
    told = next(each for each in platform.call(BUREAU, "GET", path)["items"] if each["state"] == "sent")
    bureau = person(BUREAU).open(f"/officers/messages/{told['id']}/resend")
    bureau.fill({"reason": "再发一次"})
    bureau.follow("确认重新发送")
    bureau.sees("名单类通知以下一期为准")
    bureau.check_accessible()


def test_the_log_and_a_proof_in_english_on_a_phone(person, reminded):
    firm, message = reminded
    officer = person(OFFICER, language="en", phone=True).open(f"/officers/messages?credit_code={firm.code}")
    officer.page.get_by_role("link", name=LONG).first.wait_for()
    officer.check_accessible()
    officer.open(f"/officers/messages/{message['id']}")
    officer.sees("Answer of the mail server")
    officer.check_accessible()
    officer.follow("Send anew")
    officer.check_accessible()
    officer.open(f"/officers/messages/proof?credit_code={firm.code}&year=2026&duty=update")
    officer.sees("Export the proof (ZIP)")
    officer.check_accessible()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/officers/messages?recipient=nobody@example.org", "没有符合条件的邮件。"),
        ("/officers/messages?state=unknown", "请改正以下问题"),
        ("/officers/messages/proof?credit_code=91350203MA31F1331W", "没有找到这家企业或事项的记录。"),
        ("/officers/messages/proof?year=2026", "请在企业、事项、案件三者中指定一项"),
    ],
)
def test_what_is_not_found_or_asked_wrongly_is_said(person, path, says):
    officer = person(OFFICER).open(path)
    officer.sees(says)
    officer.check_accessible()


def test_another_authority_sees_none_of_it(person, reminded):
    _, message = reminded
    assert person("officer:XM-HL").open(f"/officers/messages/{message['id']}").heading == "找不到这个页面"
