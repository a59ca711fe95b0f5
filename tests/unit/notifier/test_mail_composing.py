"""Mail as bytes: what the standard library reads back from it."""

import email
from datetime import UTC, datetime
from email.headerregistry import Address
from email.policy import default
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.notifier.mail.calendar import Occasion, calendars
from services.notifier.mail.composing import PLAIN, compose
from services.notifier.mail.errors import Unsendable
from services.notifier.models import Mail

SENDER = "培育平台 <no-reply@peiyu.example>"
CREATED = datetime(2026, 4, 20, 1, tzinfo=UTC)
HEADERS = [
    "From", "To", "Subject", "Message-ID", "Date", "In-Reply-To", "References", "List-Id", "Auto-Submitted",
    "X-Auto-Response-Suppress", "Content-Language", "X-Peiyu-Kind", "MIME-Version", "Content-Type",
]  # fmt: skip


def mail(**changes):
    return Mail(
        **{
            "id": UUID(int=7), "mailbox": "firm:91350203MA31F1331W", "recipient": "a@firm.example", "language": "zh-CN",
            "subject": "题", "text": "文\n二", "html": "<p>文</p>", "kinds": ["update_due"], "calendars": [],
            "threads": ["update.91350203MA31F1331W.2026"], "created_at": CREATED,
        } | changes
    )  # fmt: skip


def read(content):
    message = email.message_from_bytes(content, policy=default)
    assert not message.defects
    for part in message.walk():
        assert not part.defects
    return message


def test_a_mail_is_the_same_however_often_it_is_composed():
    first, again = compose(mail(), SENDER), compose(mail(), SENDER)
    assert first == again
    message = read(first)
    assert message.keys() == HEADERS
    assert message["From"] == SENDER
    assert message["Message-ID"] == f"<{UUID(int=7)}@peiyu.example>"
    assert message["Date"] == "Mon, 20 Apr 2026 01:00:00 +0000"
    assert message["In-Reply-To"] == message["References"] == "<update.91350203MA31F1331W.2026@peiyu.example>"
    assert message["List-Id"] == "Notices to enterprises <enterprises.peiyu.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "zh-CN"
    assert message["X-Peiyu-Kind"] == "update_due"
    assert message.get_body(("plain",)).get_content().splitlines() == ["文", "二"]
    assert message.get_body(("html",)).get_content().strip() == "<p>文</p>"


def test_officers_have_a_list_of_their_own_and_answers_go_where_the_settings_say():
    message = read(compose(mail(mailbox="office:XM-SM"), SENDER, "审核部门 <help@peiyu.example>"))
    assert message["List-Id"] == "Notices to officers <officers.peiyu.example>"
    assert message["Reply-To"] == "审核部门 <help@peiyu.example>"


def test_a_mail_of_many_things_names_each_kind_and_case_once_and_no_line_is_too_long():
    threads = [f"change.{UUID(int=n)}" for n in range(50)]
    content = compose(mail(kinds=["update_due", "change_submitted", "update_due"], threads=threads), SENDER)
    message = read(content)
    assert message["X-Peiyu-Kind"] == "update_due, change_submitted"
    assert message["In-Reply-To"] == f"<{threads[0]}@peiyu.example>"
    assert message["References"].split() == [f"<{each}@peiyu.example>" for each in threads[:20]]
    assert max(map(len, content.split(b"\r\n"))) < 120


@pytest.mark.parametrize(
    "recipient",
    ["a@firm.example\r\nBcc: b@firm.example", "a@firm.example\nX: y", "a b@firm.example", "", "@", "a@firm.example, b@firm.example",
     "a@firm.example\x00", "Name <a@firm.example>", "a@"],
)  # fmt: skip
def test_what_is_no_address_gets_no_mail(recipient):
    with pytest.raises(Unsendable):
        compose(mail(recipient=recipient), SENDER)


@given(st.from_regex(PLAIN, fullmatch=True))
def test_an_address_that_looks_plain_is_one(recipient):
    assert Address(addr_spec=recipient).addr_spec == recipient


@given(st.text(max_size=400))
@example("【培育】还有7天：请于2026-04-30前提交2026年度信息更新（另有2项）" * 5)
@example("题\r\nBcc: everybody@firm.example")
@example("\r\n\r\n<script>")
@example("=?utf-8?q?Bcc:?= x")
@example("\ud800\u2028\x85\x00 :")
@example("a" * 400)
def test_no_subject_breaks_the_header_or_adds_one(subject):
    content = compose(mail(subject=subject), SENDER)
    head = content.partition(b"\r\n\r\n")[0]
    assert b"\r" not in head.replace(b"\r\n", b"")
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert all(len(line) < 998 for line in head.split(b"\r\n"))
    message = read(content)
    assert message.keys() == HEADERS
    shown = " ".join("".join(each if each.isprintable() else " " for each in subject).split())
    if len(shown) <= 300:
        assert message["Subject"] == shown
    else:
        assert message["Subject"] == f"{shown[:299]}…"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
@example("--=_00000000000000000000000000000007_a--\r\n.\r\n")
def test_whatever_a_mail_says_is_read_back_and_never_ends_a_part(text):
    content = compose(mail(text=text, html=text, calendars=[text]), SENDER)
    assert not set(b"\r\n") & set(content.replace(b"\r\n", b""))
    message = read(content)
    parts = [part for part in message.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    for part in parts:
        said = part.get_payload(decode=True).decode()
        assert said.replace("\r\n", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")


def test_calendars_are_attached_each_with_its_method_beside_the_text():
    def day(uid, *, cancelled):
        return Occasion(uid, 1, CREATED.date(), cancelled, "题", "题", "文", "https://peiyu.example/update/2026")

    both = calendars([day("a@peiyu", cancelled=False), day("b@peiyu", cancelled=True)], "zh-CN", CREATED, SENDER)
    message = read(compose(mail(calendars=both), SENDER))
    assert message.get_content_type() == "multipart/mixed"
    assert message.get_body(("plain",)).get_content().splitlines() == ["文", "二"]
    attached = list(message.iter_attachments())
    assert [
        (each.get_content_type(), each["Content-Type"].params["method"], each.get_filename()) for each in attached
    ] == [
        ("text/calendar", "PUBLISH", "deadline.ics"),
        ("text/calendar", "CANCEL", "cancelled.ics"),
    ]
    assert [each.get_payload(decode=True).decode() for each in attached] == both
