"""What mail systems send back, read: samples in the style of real ones, then whatever comes."""

from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifier.mail.errors import NotAReport
from services.notifier.mail.reports import LARGEST, LONGEST, MOST_RECIPIENTS, Action, Report, read
from services.notifier.mail.verdicts import is_nobody

SAMPLES = Path(__file__).parent / "reports"
MAIL_ID = UUID("018f2b7e-5c1a-7d3e-9a41-3b5c7d9e1f20")


def sample(name):
    return (SAMPLES / f"{name}.eml").read_bytes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postfix_no_such_user", [("lin@firm.example", "failed", "5.1.1", True)]),
        ("postfix_delayed", [("lin@firm.example", "delayed", "4.4.1", False)]),
        ("postfix_delivered", [("lin@firm.example", "delivered", "2.0.0", False)]),
        ("exim_whole_mail", [("lin@firm.example", "failed", "5.1.1", True)]),
        ("exchange_online", [("lin@firm.example", "failed", "5.4.1", True)]),
        ("qq_called_mixed", [("lin@firm.example", "failed", "5.0.0", True)]),
        ("163_coded_parts", [("lin@firm.example", "failed", "5.0.0", True)]),
        (
            "sendmail_several_recipients",
            [
                ("lin+notices@firm.example", "delivered", "2.1.5", False),
                ("lin+notices@firm.example", "failed", "5.2.2", False),
            ],
        ),
        ("relayed_by_envelope_alone", [("lin@firm.example", "relayed", "2.0.0", False)]),
        ("spam_refused", [("lin@firm.example", "failed", "5.7.1", False)]),
    ],
)
def test_a_report_tells_which_mail_fared_how_and_whether_anybody_is_there(name, expected):
    found = read(sample(name))
    assert {each.mail_id for each in found} == {MAIL_ID}
    assert [
        (each.recipient, each.action.value, each.status, is_nobody(each.diagnostic or "", each.status))
        for each in found
    ] == expected


def test_the_systems_words_are_kept_on_one_line_in_their_own_script():
    (exim,) = read(sample("exim_whole_mail"))
    assert exim.diagnostic == (
        "smtp; 550-5.1.1 The account that you tried to reach does not exist. "
        "550 5.1.1 Please check the recipient's address."
    )
    (qq,) = read(sample("qq_called_mixed"))
    assert qq.diagnostic == "smtp; 550 收件人地址不存在，请检查"
    assert qq.origin == "<tencent_5A0C2E4F@qq.example>"


def test_a_recipient_whom_an_alias_stands_for_is_known_by_either_name():
    first, second = read(sample("sendmail_several_recipients"))
    assert first.recipients == ("lin+notices@firm.example", "lin+2bnotices@firm.example", "chen@firm.example")
    assert second.recipients[-1] == "wang@firm.example"


@pytest.mark.parametrize(
    ("name", "lacks"),
    [
        ("no_report_absence", "delivery-status"),
        ("no_report_was_read", "delivery-status"),
        ("no_report_forwarded_bounce", "delivery-status"),
        ("no_report_without_recipient", "recipient"),
    ],
)
def test_what_is_no_report_is_refused_by_what_it_lacks(name, lacks):
    with pytest.raises(NotAReport, match=lacks):
        read(sample(name))


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"\n\n\n", b"hello", b"Content-Type: multipart/report", b"x" * (LARGEST + 1)]
)
def test_what_is_no_mail_is_no_report(content):
    with pytest.raises(NotAReport):
        read(content)


@pytest.mark.parametrize(
    ("field", "action", "status"),
    [
        ("Action: failed\nStatus: 5.1.1 (no such user)", Action.FAILED, "5.1.1"),
        ("Action: FAILED", Action.FAILED, None),
        ("Status: 4.2.2", Action.DELAYED, "4.2.2"),
        ("Status: 2.1.5", Action.DELIVERED, "2.1.5"),
        ("Action: bounced\nStatus: 5.2.1", Action.FAILED, "5.2.1"),
        ("Diagnostic-Code: smtp; 550 5.7.1 no", Action.FAILED, "5.7.1"),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 421 4.4.7 gave up", Action.FAILED, "5.0.0"),
        ("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.7.1 no", Action.FAILED, "5.1.1"),
        ("Action: failed\nDiagnostic-Code: smtp; 550 from 192.0.5.1.1", Action.FAILED, None),
    ],
)
def test_what_a_report_leaves_out_is_read_off_what_it_says(field, action, status):
    (found,) = read(report(f"Final-Recipient: rfc822; a@firm.example\n{field}"))
    assert (found.action, found.status) == (action, status)


@pytest.mark.parametrize("field", ["Status: 9.1.1", "Action: lost", "Diagnostic-Code: smtp; 550 no"])
def test_a_recipient_of_whom_nothing_is_told_is_left_out(field):
    with pytest.raises(NotAReport):
        read(report(f"Final-Recipient: rfc822; a@firm.example\n{field}"))


def test_a_report_that_puts_all_its_fields_into_one_block_is_read():
    (found,) = read(report("Original-Envelope-Id: x\nFinal-Recipient: rfc822;a@b.example\nAction: failed", blank=False))
    assert found.recipient == "a@b.example"


def test_no_more_recipients_are_read_than_a_mail_of_ours_can_have():
    blocks = "\n\n".join(f"Final-Recipient: rfc822; a{n}@firm.example\nAction: failed" for n in range(100))
    assert len(read(report(blocks))) == MOST_RECIPIENTS


def report(fields, blank=True):
    gap = "\n" if blank else ""
    return (
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n{gap}{fields}\n\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("answer", "nobody"),
    [
        ("550 5.1.1 no such mailbox", True),
        ("550 5.1.10 null MX", True),
        ("553 5.1.8 sender's domain does not exist", False),
        ("550 5.2.1 mailbox disabled", True),
        ("552 5.2.2 mailbox full", False),
        ("552 5.3.4 message too big", False),
        ("550 5.4.4 unable to route", True),
        ("554 5.4.7 delivery time expired", False),
        ("554 5.6.0 content", False),
        ("554 5.7.1 no spam", False),
        ("550 User not found: lin@firm.example", True),
        ("550 The recipient may contain a non-existent account, please check the recipient address.", True),
        ("550 用户不存在", True),
        ("550 Mailbox unavailable or access denied", True),
        ("554 5.7.1 <lin@firm.example>: Recipient address rejected: Access denied", False),
        ("550 relay not permitted", False),
        ("554 5.7.1 <lin@firm.example>: Relay access denied", False),
        ("550 MI:SPB", False),
        ("554 DT:SPM", False),
        ("553 sender address does not exist", False),
        ("450 4.1.1 no such mailbox yet", False),
    ],
)
def test_only_what_says_that_nobody_is_there_condemns_an_address(answer, nobody):
    assert is_nobody(answer) is nobody


# ---- whatever comes

PIECES = st.sampled_from(
    [
        b"--b\n", b"--b--\n", b"\n", b"\r\n", b" ", b"\t", b"\0", b"\xff\xfe", b"=?gb18030?B?xx?=", b";", b"<", b">", b"+2B", b"+FF",
        b"Content-Type: multipart/report; boundary=b\n", b"Content-Type: multipart/mixed; boundary*=utf-8''b\n",
        b"Content-Type: message/delivery-status\n\n", b"Content-Type: message/global-delivery-status; charset=no-such\n\n",
        b"Content-Type: message/rfc822\n\n", b'Content-Type: text/rfc822-headers; charset="x\n\n',
        b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n",
        b"Content-Transfer-Encoding: x-uuencode\n", b"begin 666 x\n", b"Final-Recipient: rfc822; lin@firm.example\n",
        b"Original-Recipient: utf-8; \xe6\x9e\x97@firm.example\n", b"Action: failed\n", b"Action: \xe5\n", b"Status: 5.1.1\n",
        b"Diagnostic-Code: smtp; 550\n 5.1.1 \xd3\xc3\xbb\xa7\n", b"Message-ID: <018f2b7e-5c1a-7d3e-9a41-3b5c7d9e1f20@peiyu.example>\n",
        b"Original-Envelope-Id: x\n", b"In-Reply-To: <a@b>\n", b"X" * 300,
    ]
)  # fmt: skip
MADE_UP = st.lists(PIECES | st.binary(max_size=20), max_size=60).map(b"".join)
DAMAGED = st.builds(
    lambda name, at, cut, put: (whole := sample(name))[: at % len(whole)] + put + whole[at % len(whole) + cut :],
    st.sampled_from([path.stem for path in sorted(SAMPLES.iterdir())]),
    st.integers(0, 10_000),
    st.integers(0, 200),
    PIECES | st.binary(max_size=40),
)


@given(MADE_UP | DAMAGED)
@settings(max_examples=1500, deadline=None)
def test_whatever_comes_is_a_report_or_is_said_to_be_none(content):
    try:
        found = read(content)
    except NotAReport:
        return
    assert 1 <= len(found) <= MOST_RECIPIENTS
    for each in found:
        assert isinstance(each, Report)
        for text in (*each.recipients, each.diagnostic, each.message_id, each.envelope_id, each.origin):
            assert text is None or (text and len(text) <= LONGEST)
            (text or "").encode()
            assert "\0" not in (text or "")


@pytest.mark.parametrize(
    "bulky",
    [
        b"--b\n" * 60_000,
        b"\n\n" * 120_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 5_000,
        b"Content-Type: message/delivery-status\n\n" + b"Final-Recipient: rfc822; a@b\nAction: failed\n\n" * 4_000,
        b"Content-Type: message/delivery-status\n\n\n" + b"\n   " * 60_000 + b"x",
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: " + b"a" * 240_000,
        b"Content-Type: message/delivery-status\n\nDiagnostic-Code: x" + b"\n " * 100_000,
        b"Content-Type: text/plain;" + b" a=b;" * 45_000,
        b'Content-Type: text/plain; x="' + b'\\"' * 100_000,
        b"X: " + b"(" * 240_000,
    ],
)
def test_what_comes_in_bulk_is_read_or_refused_like_anything_else(bulky):
    head = b"Content-Type: multipart/report; boundary=b\n\n--b\n"
    for content in (bulky, head + bulky):
        with suppress(NotAReport):
            assert len(read(content[:LARGEST])) <= MOST_RECIPIENTS
