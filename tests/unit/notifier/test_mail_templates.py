"""Every kind of mail in both languages, and what a reader must find in it."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.notifier.mail.composing import compose
from services.notifier.mail.errors import Unsendable
from services.notifier.mail.rendering import Item, Renderer
from services.notifier.models import Mail, Message
from services.notifier.repository.messages import Listed
from services.notifier.vocabulary import Kind
from shared.regulation import Regulation

CITATION = {
    "rule": "r",
    "document": "厦工信规〔2023〕2号",
    "article": "第十二条",
    "text": "条文。",
    "text_en": "The sentence.",
}
FACTS = {
    "duty": "update", "year": 2026, "titles": ["specialized", "little_giant"], "title": "specialized",
    "nominal_due": "2026-04-30", "due": "2026-04-30", "type": "rename", "happened_on": "2026-02-01",
    "opens": "2026-04-01", "valid_from": "2024-01-01", "valid_to": "2026-12-31", "window_opens": "2027-01-01",
    "window_closes": "2027-03-31", "previous_valid_to": "2026-12-31", "on": "2026-04-20", "on_time": True,
    "reason": "<b>逾期</b>", "opinion": "同意", "by": "authority", "step": "bureau", "decided_by": "somebody_new",
    "outcome": "approved", "duties": [{"year": 2026, "due": "2026-04-30"}],
    "decisions": [{"title": "specialized", "outcome": "referred", "reason": "不再符合"}],
    "reasons": [{"code": "c", "text": "窗口未开放。", "text_en": "The window is closed.", "citation": CITATION}],
    "case": "change_report", "correction_due": "2026-05-08", "late": False,
    "defects": [{"field": "/reason", "text": "请说明原因。"}, {"field": "", "text": "<b>缺少证明材料。</b>"}],
    "office": "bureau", "number": 1, "objection": "与申报不符", "begins": "2026-04-20", "ends": "2026-04-27",
    "choice": "cancel_title", "sanctions": [{"title": "specialized", "outcome": "cancel_title", "reason": "逾期"}],
    "reopened": True, "passed": False, "evidence": "公示系统显示已更名",
    "address": "a@firm.example", "answer": "550 5.1.1 no such user", "level": "authority", "since": "2026-04-28",
    "contact_name": "林海燕", "contact_mobile": "13959201234", "person": "吴思远", "until": None, "credit_code": "91350203MA31F1331W", "enterprise_name": "厦门示例有限公司", "citation": CITATION,
}  # fmt: skip
RENDERER = Renderer(Regulation.load("xiamen-2023"), "https://peiyu.example")


def message(kind="update_due", audience="firm", **facts):
    return Message(
        id=UUID(int=7), kind=kind, about="x", stage="7", audience=audience, authority="XM-SM", due=date(2026, 4, 30),
        facts=FACTS | facts, state="sending", at=datetime(2026, 4, 20, tzinfo=UTC),
    )  # fmt: skip


def mail(recipient):
    return Mail(
        id=UUID(int=7), recipient=recipient, language="zh-CN", subject="题", text="文", html="<p>文</p>",
        created_at=datetime(2026, 4, 20, 1, tzinfo=UTC),
    )  # fmt: skip


OFFICERS = (
    "update_due", "change_report_due", "review_window", "returned_case_due", "change_submitted", "change_resubmitted",
    "review_submitted", "review_resubmitted", "review_objected", "firm_unreached", "firm_unanswered",
)  # fmt: skip
TO_OFFICERS_ALONE = {Kind.FIRM_UNREACHED, Kind.FIRM_UNANSWERED}
ALL = [(kind.value, "firm") for kind in Kind if kind not in TO_OFFICERS_ALONE] + [
    (kind, "officers") for kind in OFFICERS
]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("kind", "audience"), ALL)
def test_every_mail_says_what_by_which_article_and_what_to_do(kind, audience, language):
    item = Item(message(kind, audience), [Listed(FACTS["credit_code"], "厦门甲乙公司")])
    written = RENDERER.render([item], language, date(2026, 4, 23), "林海燕")
    assert written.subject.startswith("【培育】" if language == "zh-CN" else "[Peiyu] ")
    for body in (written.text, written.html):
        assert "第十二条" in body
        assert "https://peiyu.example" in body
        assert "林海燕" in body
        assert "{" not in body
    assert "<b>逾期" not in written.html
    assert "<b>须补充" not in written.html


@pytest.mark.parametrize(
    ("today", "subject"),
    [
        ("2026-04-23", "【培育】还有7天：请于2026-04-30前提交2026年度信息更新"),
        ("2026-04-30", "【培育】今天截止：请于2026-04-30前提交2026年度信息更新"),
        ("2026-05-02", "【培育】已逾期2天：请于2026-04-30前提交2026年度信息更新"),
    ],
)
def test_a_reminder_counts_the_days_that_are_left_on_the_day_it_is_sent(today, subject):
    written = RENDERER.render([Item(message())], "zh-CN", date.fromisoformat(today), "林海燕")
    assert written.subject == subject
    first = written.html.index("<strong>")
    assert written.html[first:].startswith("<strong>2026-04-30（含当日）前提交")


def test_a_mail_keeps_its_message_id_and_an_impossible_address_is_no_mail():
    first, again = (compose(mail("a@firm.example"), "培育平台 <no-reply@peiyu.example>") for _ in range(2))
    assert first["Message-ID"] == again["Message-ID"] == f"<{UUID(int=7)}@peiyu.example>"
    assert first["Date"] == again["Date"] == "Mon, 20 Apr 2026 01:00:00 +0000"
    for wrong in ("a@firm.example\r\nBcc: b@firm.example", "a b@firm.example", "", "@"):
        with pytest.raises(Unsendable):
            compose(mail(wrong), "no-reply@peiyu.example")


def test_a_digest_counts_every_firm_and_names_no_more_than_a_mail_can_carry():
    firms = [Listed(f"C{number}", f"厦门{number}公司") for number in range(1000)]
    written = RENDERER.render([Item(message("update_due", "officers"), firms)], "zh-CN", date(2026, 4, 23), "思明区")
    assert "1000家企业尚未完成2026年度信息更新" in written.subject
    assert "厦门299公司" in written.text
    assert "厦门300公司" not in written.text
    assert "另有700家" in written.text
