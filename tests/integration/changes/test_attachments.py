"""Files of reports: what they are says their content, who sees the report may have them, none is lost or left behind."""

import asyncio
import hashlib
from urllib.parse import unquote
from uuid import uuid4

import pytest

from services.changes.storage import AttachmentStore
from services.changes.vocabulary import Status
from tests.integration.changes.conftest import DECLARED, OTHER
from tests.integration.changes.histories import BUREAU, OFFICER, RETURNED, WHO, brought_to, done, drafted, rename

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)


async def attached(it, report, content=PDF, name="scan.pdf", who=WHO):
    answer = await it.attach(who, report["id"], content, name)
    assert answer.status_code == 201, answer.text
    return answer.json()


def stored(it):
    return sorted(path.name for path in it.files.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [(PDF, "登记通知书.pdf", "application/pdf"), (PNG, "a.PNG", "image/png"), (JPEG, "b.jpeg", "image/jpeg"),
     (PDF, "no ending", "application/pdf")],
)  # fmt: skip
async def test_a_file_comes_back_as_it_was_with_its_name_and_type(it, content, name, media_type):
    report = await drafted(it)
    found = await attached(it, report, content, name)
    assert (found["file_name"], found["media_type"], found["size"]) == (name, media_type, len(content))
    assert found["sha256"] == hashlib.sha256(content).hexdigest()
    answer = await it.call(WHO, "GET", f"/{report['id']}/attachments/{found['id']}")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, content, media_type)
    assert answer.headers["x-content-type-options"] == "nosniff"
    plain, _, full = answer.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert (plain.startswith("attachment; "), unquote(full)) == (True, name)
    assert (await it.call(WHO, "GET", f"/{report['id']}")).json()["attachments"] == [found]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"<html><script>alert(1)</script></html>", "scan.pdf", "not_accepted"),
        (b"plain text", "scan.pdf", "not_accepted"),
        (b"", "scan.pdf", "not_accepted"),
        (b"MZ" + bytes(64), "scan.pdf", "not_accepted"),
        (b"GIF89a" + bytes(64), "scan.gif", "not_accepted"),
        (PNG, "scan.pdf", "name_and_content_differ"),
        (PDF, "scan.exe", "name_and_content_differ"),
    ],
)
async def test_what_is_no_pdf_jpeg_or_png_or_not_what_it_is_called_is_refused(it, content, name, code):
    report = await drafted(it)
    answer = await it.attach(WHO, report["id"], content, name)
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [("/file", code)]
    assert stored(it) == []


async def test_how_much_a_report_takes_can_be_asked(it):
    assert (await it.call(WHO, "GET", "/limits")).json() == {
        "text": 1000, "attachments": 20, "attachment_size": 10 << 20, "endings": [".pdf", ".jpg", ".jpeg", ".png"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\\\temp\\\\a.pdf", "a.pdf"),
        ("x" * 400 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
async def test_of_a_name_nothing_stays_that_could_lead_anywhere(it, given, kept):
    assert (await attached(it, await drafted(it), PDF, given))["file_name"] == kept


async def test_a_file_that_is_too_large_is_refused_and_nothing_is_left_of_it(it):
    report = await drafted(it)
    largest = it.app.state.settings.attachment_size
    assert largest == 10 << 20
    fits = PDF + bytes(largest - len(PDF))
    assert (await attached(it, report, fits))["size"] == largest
    for size in (largest + 1, 13 << 20):
        answer = await it.attach(WHO, report["id"], PDF + bytes(size - len(PDF)))
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
        if size == largest + 1:
            assert answer.json()["detail_zh"] == "每个附件不超过10MB"
    assert len(stored(it)) == 1


async def test_a_report_takes_twenty_files_however_many_come_at_once(it):
    report = await drafted(it)
    for number in range(18):
        await attached(it, report, PDF + bytes([number]))
    answers = await asyncio.gather(*(it.attach(WHO, report["id"], PNG + bytes([each]), "a.png") for each in range(5)))
    assert sorted(each.status_code for each in answers) == [201, 201, 422, 422, 422]
    assert {each["code"] for answer in answers if answer.status_code == 422 for each in answer.json()["errors"]} == {
        "too_many"
    }
    assert len(stored(it)) == 20


async def test_the_same_content_again_is_the_same_attachment_even_at_once(it):
    report = await drafted(it)
    answers = await asyncio.gather(*(it.attach(WHO, report["id"], PDF) for _ in range(4)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1
    assert stored(it) == [answers[0].json()["id"]]


async def test_only_who_may_see_the_report_has_its_files(it):
    report = await drafted(it)
    found = await attached(it, report)
    path = f"/{report['id']}/attachments/{found['id']}"
    for who, status in ((OFFICER, 404), (BUREAU, 404), (f"firm:{OTHER}", 404)):
        assert (await it.call(who, "GET", path)).status_code == status  # a draft is its firm's alone
    await done(it, WHO, report["id"], "submission", DECLARED)
    for who, status in (
        (WHO, 200), (OFFICER, 200), (BUREAU, 200), ("operator", 200), ("officer:XM-HL", 404), (f"firm:{OTHER}", 404),
    ):  # fmt: skip
        assert (await it.call(who, "GET", path)).status_code == status, who
    other = await drafted(it)
    assert (await it.call(WHO, "GET", f"/{other['id']}/attachments/{found['id']}")).status_code == 404
    for method, who, status in (("POST", f"firm:{OTHER}", 404), ("POST", "operator", 403), ("POST", OFFICER, 404)):
        assert (await it.attach(who, other["id"], PDF)).status_code == status, (method, who)


async def test_once_submitted_files_neither_come_nor_go_until_it_is_returned(it):
    report = await drafted(it)
    found = await attached(it, report)
    await done(it, WHO, report["id"], "submission", DECLARED)
    path = f"/{report['id']}/attachments/{found['id']}"
    for answer in (await it.attach(WHO, report["id"], PNG, "a.png"), await it.call(WHO, "DELETE", path)):
        assert (answer.status_code, answer.json()["possible_while"]) == (409, ["draft", "returned"])
    await done(it, OFFICER, report["id"], "return", RETURNED)
    second = await attached(it, report, PNG, "a.png")
    assert (await it.call(WHO, "DELETE", path)).status_code == 204
    assert (await it.call(WHO, "GET", path)).status_code == 404
    assert (await it.call(WHO, "DELETE", path)).status_code == 404
    assert stored(it) == [second["id"]]


async def test_a_deleted_draft_leaves_no_file(it):
    report = await drafted(it)
    await attached(it, report)
    await attached(it, report, PNG, "a.png")
    assert (await it.call(WHO, "DELETE", f"/{report['id']}", **{"If-Match": '"1"'})).status_code == 204
    assert stored(it) == []


async def test_an_officer_who_files_for_a_firm_attaches_for_it(it):
    report = (await it.call(OFFICER, "POST", "", rename())).json()
    found = await attached(it, report, who=OFFICER)
    assert (await it.call(WHO, "GET", f"/{report['id']}/attachments/{found['id']}")).content == PDF
    returned = await brought_to(it, Status.RETURNED)
    assert (await it.attach(OFFICER, returned["id"], PDF)).status_code == 403


async def test_a_file_without_a_row_harms_nobody_and_a_row_without_its_file_is_said_so(it):
    report = await drafted(it)
    found = await attached(it, report)
    store = it.app.state.attachments
    with (it.files / report["id"] / found["id"]).open("rb") as file:
        store.put(f"{report['id']}/{uuid4()}", file)  # as a crash before the commit leaves it
    assert [each["id"] for each in (await it.call(WHO, "GET", f"/{report['id']}")).json()["attachments"]] == [
        found["id"]
    ]
    store.remove(f"{report['id']}/{found['id']}", "never/there")
    answer = await it.call(WHO, "GET", f"/{report['id']}/attachments/{found['id']}")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")


async def test_a_store_of_another_kind_is_named_by_its_url(it):
    it.app.state.attachments = AttachmentStore("memory://attachments")
    report = await drafted(it)
    found = await attached(it, report)
    assert (await it.call(WHO, "GET", f"/{report['id']}/attachments/{found['id']}")).content == PDF
    assert (await it.call(WHO, "DELETE", f"/{report['id']}/attachments/{found['id']}")).status_code == 204
    assert stored(it) == []
