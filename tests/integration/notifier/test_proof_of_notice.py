"""Proof of notice: what a firm was told of a duty, a case, a sanction; the same as a file that stands on its own."""

import asyncio
import hashlib
import io
import json
import zipfile
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from services.cli.main import app
from services.notifier.api import proofs as api
from services.notifier.proofs import archive
from services.notifier.proofs.wording import KINDS, STATES
from services.notifier.repository import proofs
from services.notifier.vocabulary import MessageState
from shared.contracts import (
    CertificationCancelled,
    ChangeDrafted,
    ChangeSanctioned,
    ChangeSubmitted,
    EligibilityRestored,
    SanctionChoice,
)
from tests.infrastructure.reports import report
from tests.integration.notifier.conftest import CITED, Firm


@pytest.fixture
def a_year(authorization):
    """`await a_year(it, firm)`: it was reminded four times, once of them in vain, and lost its right on 1 May."""

    async def of(it, firm):
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-01T10:00")
        await it.day("2026-04-16T10:00")
        await it.hear(firm.registered(version=2, contact=False))
        await it.day("2026-04-23T10:00")
        await it.day("2026-04-27T10:00")
        await it.hear(firm.registered(version=3))
        await it.post()
        it.move("2026-05-01T00:00")
        await it.hear(firm.revoked())
        await it.post()
        first, *_, last = it.mail.sent_to(firm.email)
        for content in (report(first, "delivered", "2.0.0"), report(last, "failed", "5.2.2", diagnostic="552 full")):
            answer = await it.http.post("/api/v1/delivery_reports", content=content, headers=authorization("bureau"))
            assert answer.status_code == 201

    return of


def asked(firm):
    return f"credit_code={firm.code}&duty=update&year=2026"


async def test_a_proof_tells_what_was_sent_with_what_answer_what_was_not_and_why(notifier, a_year):
    firm = Firm()
    async with notifier() as it:
        await a_year(it, firm)
        proof = await it.get(f"/proofs_of_notice?{asked(firm)}")
        assert (proof["credit_code"], proof["enterprise_name"], proof["duty"]) == (firm.code, firm.name, "update")
        (owed,) = proof["obligations"]
        assert (owed["subject"], owed["due"], owed["citation"]["article"][:3]) == (
            f"{firm.code}/2026",
            "2026-04-30",
            "第十二",
        )
        (sanction,) = proof["sanctions"]
        assert (sanction["type"], sanction["why"]["citation"]["article"]) == ("eligibility.revoked.v1", "第十二条")
        told = [(each["kind"], each["stage"], each["state"]) for each in proof["notices"]]
        assert told[0] == ("update_due", "30", "delivered")
        assert told[1] == ("update_due", "14", "sent")
        assert told[-1] == ("eligibility_revoked", None, "bounced")
        assert {(each["stage"], each["reason"]) for each in proof["not_sent"]} == {("7", "superseded")}
        assert proof["not_sent"][0]["reason_text"]
        mails = {each["id"]: each for each in proof["mails"]}
        for notice in proof["notices"]:
            mail = mails[notice["mail_id"]]
            assert (mail["recipient"], mail["server_answer"]) == (firm.email, "OK")
            assert notice["citation"]["document"]
        text = (await it.get(f"/messages/{proof['notices'][0]['id']}"))["text"]
        first = mails[proof["notices"][0]["mail_id"]]
        assert first["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
        assert [each["action"] for each in first["reports"]] == ["delivered"]
        assert "不证明收件人已阅读" in proof["says"]


async def test_from_a_sanction_on_the_timeline_one_comes_to_its_proof(notifier, a_year):
    firm = Firm()
    async with notifier() as it:
        await a_year(it, firm)
        events = await it.items(f"/timeline?credit_code={firm.code}", f"firm:{firm.code}")
        links = {each["type"]: each["proof_of_notice"] for each in events}
        assert links["certification.granted.v1"] is None
        path = links["eligibility.revoked.v1"].removeprefix("/api/v1")
        proof = await it.get(path, f"firm:{firm.code}")
        assert len(proof["notices"]) >= 3


async def test_a_proof_is_asked_of_an_obligation_whatever_dates_it_had(notifier, a_year):
    firm = Firm()
    async with notifier() as it:
        await a_year(it, firm)
        (owed,) = await it.items(f"/obligations?credit_code={firm.code}&duty=update")
        by_duty = await it.get(f"/proofs_of_notice?{asked(firm)}")
        by_obligation = await it.get(f"/proofs_of_notice?obligation_id={owed['id']}")
        for part in ("obligations", "sanctions", "notices", "not_sent", "mails"):
            assert by_obligation[part] == by_duty[part]
        everything = await it.get(f"/proofs_of_notice?credit_code={firm.code}")
        assert len(everything["notices"]) >= len(by_duty["notices"])


async def test_a_right_that_was_given_back_is_told_beside_its_loss(notifier, a_year):
    firm = Firm()
    async with notifier() as it:
        await a_year(it, firm)
        restored = EligibilityRestored(
            credit_code=firm.code,
            certification=firm.certification(3, "forgiven"),
            reason="系统故障",
            citation=CITED,
            by="bureau",
        )
        await it.hear((restored, 3))
        proof = await it.get(f"/proofs_of_notice?{asked(firm)}")
        assert [each["type"] for each in proof["sanctions"]] == ["eligibility.revoked.v1", "eligibility.restored.v1"]
        assert proof["not_sent"][-1]["kind"] == "eligibility_restored"


async def test_a_case_has_its_own_proof(notifier):
    firm = Firm()
    async with notifier("2026-06-05T10:00") as it:
        sanctioned = {
            "choice": SanctionChoice.REVOKE_ELIGIBILITY, "titles": (), "reason": "逾期", "citation": CITED,
            "decided_by": "bureau",
        }  # fmt: skip
        await it.hear(firm.registered(), firm.granted(), firm.report(ChangeDrafted))
        await it.day("2026-06-05T10:01")
        it.move("2026-06-20T10:00")
        await it.hear(firm.report(ChangeSubmitted, 2), firm.report(ChangeSanctioned, 3, **sanctioned))
        await it.post()
        proof = await it.get(f"/proofs_of_notice?case={firm.report_id}", "officer:XM-SM")
        assert {each["kind"] for each in proof["notices"]} == {
            "change_report_due",
            "change_submitted",
            "change_sanctioned",
        }
        assert [each["type"] for each in proof["sanctions"]] == ["change.sanctioned.v1"]
        assert {each["duty"] for each in proof["obligations"]} == {"change_report"}
        (event,) = [each for each in await it.items(f"/timeline?case={firm.report_id}") if each["proof_of_notice"]]
        assert event["proof_of_notice"] == f"/api/v1/proofs_of_notice?case={firm.report_id}"


async def test_a_cancelled_title_has_its_own_proof(notifier):
    firm = Firm()
    async with notifier("2026-03-15T10:00") as it:
        cancelled = CertificationCancelled(
            credit_code=firm.code, certification=firm.certification(2, status="cancelled"), reason="不再符合条件",
            citation=CITED, decided_by="bureau",
        )  # fmt: skip
        await it.hear(firm.registered(), firm.granted(), (cancelled, 2))
        await it.post()
        proof = await it.get(f"/proofs_of_notice?case={firm.title_id}", f"firm:{firm.code}")
        assert [each["type"] for each in proof["sanctions"]] == ["certification.cancelled.v1"]
        assert [each["kind"] for each in proof["notices"]] == ["certification_cancelled"]


async def test_who_may_have_a_proof_and_of_what(notifier, a_year):
    ours, theirs = Firm(), Firm("XM-HL")
    async with notifier() as it:
        await a_year(it, ours)
        await it.hear(theirs.registered(), theirs.granted())
        (owed,) = await it.items(f"/obligations?credit_code={theirs.code}&duty=update")
        for path in ("", "/export"):
            for query in (f"credit_code={theirs.code}", f"obligation_id={owed['id']}", f"case={theirs.title_id}"):
                for who in (f"firm:{ours.code}", "officer:XM-SM"):
                    await it.get(f"/proofs_of_notice{path}?{query}", who, 404)
            for query in (f"credit_code={Firm().code}", f"obligation_id={uuid4()}", f"case={uuid4()}"):
                await it.get(f"/proofs_of_notice{path}?{query}", status=404)
            await it.get(f"/proofs_of_notice{path}?{asked(ours)}", "operator", 403)
            for query in ("", f"credit_code={ours.code}&case={uuid4()}", f"case={uuid4()}&year=2026", "year=2026"):
                problem = await it.get(f"/proofs_of_notice{path}?{query}", status=422)
                assert problem["errors"]


async def test_a_proof_of_too_much_is_refused_and_told_how_to_be_narrower(notifier, a_year, monkeypatch):
    firm = Firm()
    async with notifier() as it:
        await a_year(it, firm)
        monkeypatch.setattr(proofs, "MOST", 2)
        monkeypatch.setattr(api, "MOST", 2)
        problem = await it.get(f"/proofs_of_notice?credit_code={firm.code}", status=422)
        assert problem["errors"][0]["code"] == "too_much"


# ---- the file


class Page(HTMLParser):
    """What a page loads or runs."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.foreign = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.foreign += [value for name, value in attrs if name in ("src", "href", "action") or name.startswith("on")]


def opened(content):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
        return {name: book.read(name) for name in book.namelist()}


def check(files):
    """The sums are those of all other files."""
    sums = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    assert set(sums) == set(files) - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256(files[name]).hexdigest() == digest


async def test_the_file_has_the_mails_as_they_went_out_the_reports_as_they_came_and_their_sums(
    notifier, a_year, authorization
):
    firm = Firm()
    firm.name = "厦门<b>示例</b>&有限公司"
    async with notifier() as it:
        await a_year(it, firm)
        answer = await it.http.get(
            f"/api/v1/proofs_of_notice/export?{asked(firm)}", headers=authorization(f"firm:{firm.code}")
        )
        assert answer.headers["content-type"] == "application/zip"
        assert firm.code in answer.headers["content-disposition"]
        files = opened(answer.content)
        check(files)
        proof = json.loads(files["proof.json"])
        went_out = {
            each.message["Message-ID"]: each.content for each in it.mail.received if firm.email in each.recipients
        }
        for mail in proof["mails"]:
            if mail["state"] != MessageState.SUPPRESSED:
                assert files[mail["file"]] == went_out[mail["message_id"]]
                assert mail["sha256"] == hashlib.sha256(files[mail["file"]]).hexdigest()
            for each in mail["reports"]:
                assert b"message/delivery-status" in files[each["file"]]
        assert len([name for name in files if name.startswith("reports/")]) == 2
        page = files["proof.html"].decode()
        assert "script" not in Page(page).tags
        assert "b" not in Page(page).tags
        assert Page(page).foreign == []
        for expected in (
            "送达证明",
            firm.code,
            firm.email,
            "第十二条",
            "取消复核资格通知",
            "已由更临近截止日期的提醒代替",
            "552 full",
        ):
            assert expected in page
        for mail in proof["mails"]:
            assert mail["text_sha256"] in page
        assert "与发送时的字节不一致" not in page


async def test_a_mail_that_is_composed_otherwise_by_now_is_said_to_be(notifier, a_year, authorization):
    firm = Firm()
    async with notifier() as it:
        await a_year(it, firm)
        async with it.backend.database.transaction() as session:
            await session.execute(text("UPDATE mails SET subject = subject || '。' WHERE state = 'delivered'"))
        answer = await it.http.get(f"/api/v1/proofs_of_notice/export?{asked(firm)}", headers=authorization("bureau"))
        files = opened(answer.content)
        check(files)
        assert files["proof.html"].decode().count("与发送时的字节不一致") == 1


async def test_the_file_of_many_mails_is_sent_in_pieces(notifier, a_year, authorization, monkeypatch):
    monkeypatch.setattr(archive, "PAGE", 1)
    firm = Firm()
    async with notifier() as it:
        await a_year(it, firm)
        headers = authorization("bureau")
        async with it.http.stream("GET", f"/api/v1/proofs_of_notice/export?{asked(firm)}", headers=headers) as answer:
            pieces = [piece async for piece in answer.aiter_raw()]
        check(opened(b"".join(pieces)))


async def test_the_command_line_writes_the_same_file(notifier, a_year, tmp_path, monkeypatch):
    firm = Firm()
    async with notifier() as it:
        await a_year(it, firm)
        monkeypatch.setenv("NOTIFIER_DATABASE_URL", it.url)
        monkeypatch.setenv("PEIYU_AUTH_ISSUER", "https://login.example")
        output = tmp_path / "proof.zip"

        async def peiyu(*arguments):
            return await asyncio.to_thread(
                CliRunner().invoke, app, ["mail", "proof", *arguments, "--output", str(output)]
            )

        done = await peiyu(firm.code.lower(), "--duty", "update", "--year", "2026")
        assert done.exit_code == 0, done.output
        files = opened(output.read_bytes())
        check(files)
        proof = json.loads(files["proof.json"])
        answered = await it.get(f"/proofs_of_notice?{asked(firm)}")
        assert {name: value for name, value in proof.items() if name != "made_at"} == {
            name: value for name, value in answered.items() if name != "made_at"
        }
        assert f"{len(proof['notices']) + len(proof['not_sent'])} messages" in done.output
        unknown = await peiyu(Firm().code)
        assert (unknown.exit_code, "is not known" in unknown.output) == (1, True)
        nowhere = await peiyu(firm.code, "--data-dir", "/nowhere")
        assert (nowhere.exit_code, "not the folder of a peiyu run" in nowhere.output) == (1, True)


def test_the_record_has_a_word_for_every_state():
    assert set(MessageState) <= set(STATES)
    assert all(KINDS.values())
