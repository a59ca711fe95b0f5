"""The pages of titles, reviews and messages, home and front page: silent services, what they ask, states that pass."""

import html
import re

import pytest

from services.portal.pages.certifications.span import span
from tests.unit.portal.platform import FIRM, Services, clerk_before

ID = "01900000-0000-7000-8000-000000000001"
TITLE, REVIEW = f"/certifications/{ID}", f"/reviews/{ID}"
CITED = {
    "rule": "x",
    "document": "厦工信规〔2023〕2号",
    "article": "第十一条",
    "text": "条文",
    "text_en": "The article",
}
PAGE = {"items": [], "next": None}
HELD = {
    "id": ID, "credit_code": FIRM, "enterprise_name": "厦门示例精工有限公司", "authority": "XM-SM", "title": "innovative",
    "standing": "valid", "eligibility": "held", "valid_from": "2023-06-11", "valid_to": "2026-06-10",
    "window_opens": "2026-05-10", "window_closes": "2026-06-10", "window_citation": None, "ending": None,
    "revocation": None, "duties": [],
}  # fmt: skip
CLOSED = {"code": "window_closed", "holds": False, "text": "复核申请已截止。", "text_en": "It is closed.",
          "citation": CITED, "inputs": {"opens": "2026-05-10"}, "rests_on_copy": False}  # fmt: skip
ELIGIBLE = {"can_apply": True, "needs_check": False, "as_of": "2026-05-22T02:00:00Z", "profile_version": 2,
            "window": {"opens": "2026-05-10", "closes": "2026-06-10"}, "conditions": []}  # fmt: skip
APPLIED = {
    "id": ID, "credit_code": FIRM, "enterprise_name": "厦门示例精工有限公司", "authority": "XM-SM", "title": "innovative",
    "status": "checking", "step": "profile", "applied_at": "2026-05-22T02:00:00Z", "signatory": "陈建国",
    "statement": None, "valid_to": "2026-06-10", "profile_version": None, "profile": None, "reasons": None,
    "assisted": False, "on_site_check": {"required": False, "drawn": False, "order": None, "result": None},
    "correction": None, "time_citation": None, "notice_ends": None, "handling": {"due": None, "left": None},
    "assessment": None, "steps": [],
    "checks": [], "objections": [], "allowed": ["withdrawn"],
}  # fmt: skip


@pytest.fixture
def services():
    return Services({
        "GET /certifications": {"items": [HELD], "next": None},
        "GET /certifications/overview": {
            "items": [{"certification": HELD, "duties": [], "review": ELIGIBLE}], "next": None,
        },
        f"GET {TITLE}": HELD,
        f"GET {TITLE}/eligibility": ELIGIBLE,
        f"GET {REVIEW}": APPLIED,
        "POST /reviews": APPLIED | {"status_code": 202},
        "GET /deadline_extensions/current": {"items": []},
        "GET /campaigns/current": {"items": []},
        "GET /regulation": {"duties": []},
        **{f"GET /{name}": PAGE for name in ("reviews", "changes", "obligations", "messages", "timeline")},
    })  # fmt: skip


@pytest.fixture
async def clerk(services):
    async with clerk_before(services) as client:
        yield client


@pytest.mark.parametrize(
    ("silent", "path", "says", "still"),
    [
        ("/regulation", "/", "三项义务的日期和条文暂时无法显示", "目前没有延期或复核批次通知"),
        ("/deadline_extensions", "/", "延期通知暂时无法显示", "三项义务"),
        ("/campaigns", "/", "复核批次通知暂时无法显示", "三项义务"),
        ("/obligations", "/home", "待办事项暂时无法显示", "没有正在办理的报告或申请"),
        ("/changes", "/home", "办理中的变化报告暂时无法显示", "目前没有待办事项"),
        ("/reviews", "/home", "办理中的复核申请暂时无法显示", "目前没有待办事项"),
        ("/messages", "/home", "最近的消息暂时无法显示", "目前没有待办事项"),
        ("/certifications", "/home", "目前没有待办事项", "办理中"),
        ("/certifications", "/certifications", "称号和复核条件暂时无法显示", "还没有复核记录"),
        ("/reviews", "/certifications", "复核记录暂时无法显示", "去复核"),
        ("/timeline", TITLE, "称号经历暂时无法显示", "复核条件"),
        (f"{TITLE}/eligibility", TITLE, "复核条件暂时无法显示", "该称号还没有复核记录"),
        (f"{TITLE}/assessment", TITLE, "自评暂时无法显示", "复核条件"),
        (f"{TITLE}/assessment", f"{TITLE}/apply", "自评暂时无法显示", "提交复核申请"),
        ("/timeline", REVIEW, "办理过程暂时无法显示", "核对中"),
        ("/messages", "/messages", "消息暂时无法显示", "筛选消息"),
    ],
)
async def test_a_part_whose_service_is_silent_is_missing_and_the_rest_stands(
    clerk, services, silent, path, says, still
):
    services.silent = (silent,)
    page = await clerk.get(path)
    assert page.status_code == 200
    assert says in page.text
    assert still in page.text


@pytest.mark.parametrize(
    ("path", "calls"),
    [("/", 3), ("/home", 5), ("/certifications", 2), (TITLE, 5), (f"{TITLE}/apply", 3), (REVIEW, 2), ("/messages", 1)],
)
async def test_a_page_asks_a_small_fixed_number_of_things(clerk, services, path, calls):
    overview = services.answers["GET /certifications/overview"]
    services.answers["GET /certifications/overview"] = overview | {"items": overview["items"] * 9}
    assert (await clerk.get(path)).status_code == 200
    assert len(services.asked) == calls


async def test_an_application_that_is_being_checked_is_shown_as_such_and_looked_at_again(clerk, services):
    form = (await clerk.get(f"{TITLE}/apply")).text
    fields = dict(re.findall(r'<input type="hidden" name="(csrftoken|key)" value="([^"]*)"', form))
    told = {"declaration.accepted": "true", "declaration.signatory": "陈建国"}
    sent = await clerk.post(f"{TITLE}/apply", data={name: html.unescape(text) for name, text in fields.items()} | told)
    assert sent.headers["Location"] == REVIEW
    shown = (await clerk.get(REVIEW)).text
    assert 'data-again="3"' in shown
    assert f'<a href="{REVIEW}">刷新</a>' in shown
    services.answers[f"GET {REVIEW}"] = APPLIED | {
        "status": "refused",
        "step": None,
        "reasons": [CLOSED],
        "allowed": [],
    }
    refused = (await clerk.get(REVIEW)).text
    assert "data-again" not in refused
    assert "复核申请已截止。" in refused
    assert "第十一条" in refused


async def test_a_refusal_at_the_door_names_every_reason(clerk, services):
    fields = dict(re.findall(r'name="(csrftoken|key)" value="([^"]*)"', (await clerk.get(f"{TITLE}/apply")).text))
    other = CLOSED | {"code": "eligibility_revoked", "text": "复核资格已被取消"}
    services.answers["POST /reviews"] = {"status_code": 409, "status": 409, "conditions": [CLOSED, other]}
    refused = await clerk.post(f"{TITLE}/apply", data=fields | {"declaration.signatory": "陈建国"})
    assert refused.status_code == 409
    assert "复核申请已截止。" in refused.text
    assert "复核资格已被取消" in refused.text


async def test_where_the_conditions_do_not_hold_there_is_no_button_and_every_reason(clerk, services):
    refused = ELIGIBLE | {"can_apply": False, "conditions": [CLOSED]}
    services.answers["GET /certifications/overview"]["items"][0]["review"] = refused
    page = (await clerk.get("/certifications")).text
    assert "复核申请已截止。" in page
    assert f"{TITLE}/apply" not in page


@pytest.mark.parametrize(
    ("as_of", "today"),
    [
        ("2023-06-10T15:59:59Z", None),
        ("2023-06-10T16:00:00Z", 0.0),
        ("2026-06-10T15:59:59Z", 100.0),
        ("2026-06-10T16:00:00Z", None),
    ],
)
def test_today_stands_on_the_line_from_the_first_to_the_last_day_in_shanghai(as_of, today):
    drawn = span(HELD, as_of)
    assert drawn.today == today
    assert drawn.valid == (0.0, 100.0)
    assert drawn.window[0] < drawn.window[1] == 100.0


def test_a_window_after_the_validity_makes_the_line_longer():
    drawn = span(HELD | {"window_opens": "2026-06-11", "window_closes": "2026-09-10"}, "2026-07-01T00:00:00Z")
    assert drawn.valid[1] < drawn.window[0] < drawn.today < drawn.window[1] == 100.0


async def test_a_message_says_why_it_was_not_sent_and_what_else_its_mail_carries(clerk, services):
    other = "01900000-0000-7000-8000-000000000002"
    message = {
        "id": ID, "kind": "update_due", "state": "bounced", "reason": "no_address", "reason_text": "没有可用的邮箱地址",
        "reason_text_en": "No address is known", "subject": "<b>还有3天</b>", "recipient": "a@firm.example",
        "due": "2026-04-30", "at": "2026-04-27T01:30:00Z", "resend_reason": None, "text": "您好：\n\n  <i>请更新</i>",
        "calendars": ["BEGIN:VCALENDAR"],
        "delivery_reports": [{"action": "failed", "received_at": "2026-04-27T02:00:00Z", "diagnostic": "550 no such user"}],
        "in_the_same_mail": [{"id": other, "kind": "review_window", "due": "2026-06-10"}],
    }  # fmt: skip
    services.answers[f"GET /messages/{ID}"] = message
    page = (await clerk.get(f"/messages/{ID}")).text
    for text in ("没有可用的邮箱地址", "&lt;b&gt;还有3天&lt;/b&gt;", "您好：\n\n  &lt;i&gt;请更新&lt;/i&gt;", "无法送达",
                 "550 no such user", "复核提醒 2026年6月10日", f"/messages/{other}", "邮件附有1个日历提醒"):  # fmt: skip
        assert text in page
    services.answers[f"GET /messages/{ID}"] = message | {"state": "suppressed", "subject": None, "text": None}
    unwritten = (await clerk.get(f"/messages/{ID}")).text
    assert "<h1>信息更新提醒</h1>" in unwritten
    assert "这条消息没有写成邮件。" in unwritten


async def test_messages_are_paged_with_their_filters(clerk, services):
    told = {"id": ID, "kind": "update_due", "state": "sent", "reason_text": None, "reason_text_en": None,
            "subject": "还有3天", "due": None, "at": "2026-04-27T01:30:00Z"}  # fmt: skip
    services.answers["GET /messages"] = {"items": [told], "next": "/api/v1/messages?cursor=abc"}
    assert "following=/api/v1/messages%3Fcursor%3Dabc" in (await clerk.get("/messages?state=sent")).text
    asked = services.asked[-1].url.params
    assert (asked["state"], asked["credit_code"]) == ("sent", FIRM)
