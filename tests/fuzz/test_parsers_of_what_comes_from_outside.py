"""Whatever bytes arrive, a parser answers with what it found or with its own refusal, within its limits.

`FUZZ_EXAMPLES` says how many are tried of each (`make fuzz`); by default a few, always the same.
"""

import base64
import io
import json
import os
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.changes.domain.attachments import defects_of_file, media_type_of, plain_name
from services.notifier.mail import reports as bounces
from services.notifier.mail.errors import NotAReport
from services.portal.session import Sessions
from services.portal.settings import PortalSettings
from services.reviews import list_files
from services.reviews.list_files import UnreadableList, read_list
from shared.contracts.asyncapi import sample
from shared.messaging import Unreadable, decode
from shared.regulation import CreditCodeError, Regulation, RulesError, check_enterprise_credit_code
from shared.web.auth import NotAuthenticated
from shared.web.caller import Forbidden
from tests.infrastructure import tokens

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
LONG = "FUZZ_EXAMPLES" in os.environ
fuzzed = settings(
    max_examples=EXAMPLES, derandomize=not LONG, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def bent(valid: bytes):
    """Something valid with pieces of it left out, doubled or replaced."""
    place = st.integers(0, len(valid))
    cut = st.tuples(place, place, st.binary(max_size=12)).map(
        lambda cut: valid[: min(cut[:2])] + cut[2] + valid[max(cut[:2]) :]
    )
    return cut | st.lists(cut, min_size=2, max_size=3).map(b"".join)


def nested(opening: str, depth: int = 100_000) -> str:
    return opening * depth


EVENT = json.dumps(sample("profile.updated.v1")).encode()


def taken_or_unreadable(body):
    try:
        event = decode(body)
    except Unreadable:
        return
    assert 0 <= event.sequence < 1 << 31


@fuzzed
@given(st.binary() | bent(EVENT))
def test_a_message_is_an_event_or_unreadable(body):
    taken_or_unreadable(body)


@fuzzed
@given(st.sampled_from(sorted(sample("profile.updated.v1"))), json_values, st.booleans())
def test_an_event_with_another_value_somewhere_is_an_event_or_unreadable(name, value, deep):
    event = sample("profile.updated.v1")
    if deep and event["data"]:
        event["data"]["profile"][name] = value
    event[name] = value
    taken_or_unreadable(json.dumps(event).encode())


@pytest.mark.parametrize(
    "body",
    [nested("[").encode(), nested('{"data":').encode(), EVENT.replace(b'"data":', b'"data":' + b"[" * 500),
     *(json.dumps(sample("profile.updated.v1") | {"sequence": each}).encode() for each in ("-1", "9" * 30, "9" * 5000))],
)  # fmt: skip
def test_an_event_beyond_all_measure_is_unreadable(body):
    with pytest.raises(Unreadable):
        decode(body)


HEADER = "统一社会信用代码,企业名称,所属区,称号,有效期起,有效期止"


def workbook(**cells: object) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for number, name in enumerate(HEADER.split(","), 1):
        book.active.cell(1, number, name)
    for place, value in cells.items():
        book.active[place] = value
    book.save(file)
    return file.getvalue()


BOOK = workbook(A2="91350203MA31F1331W", B2="=1+1")


def rezipped(content: bytes, **members: bytes) -> bytes:
    """The workbook with members replaced, by the last part of their names."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, members.get(name.rpartition("/")[2].partition(".")[0], old.read(name)))
    return file.getvalue()


def read_or_refused(content):
    try:
        return read_list(content)
    except UnreadableList as error:
        return str(error)


@fuzzed
@given(
    st.binary()
    | bent(BOOK)
    | bent(f"{HEADER}\n91350203MA31F1331W,甲,思明区,x,2026-01-01,2028-12-31\n".encode("gb18030"))
)
def test_a_list_is_read_or_refused(content):
    read_or_refused(content)


@fuzzed
@given(
    bent(
        b'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    )
)
def test_a_workbook_with_a_broken_sheet_is_read_or_refused(sheet):
    read_or_refused(rezipped(BOOK, sheet1=sheet))


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576"])
def test_a_sheet_is_as_large_as_its_last_cell_says(place):
    content = workbook(**{place: "x"})
    assert len(content) < 10_000
    found = read_or_refused(content)
    assert (
        "spans more than" in found
        if place.startswith("XFD")
        else "spans" not in found or list_files.MOST_CELLS < 6 << 20
    )


@pytest.mark.parametrize(
    "written", ["r='XFD1048576'", 'r = "xfd001048576"', 'a=">" r="XFD1048576"', 'r="XFD1048576" s="1"']
)
def test_however_the_place_of_a_cell_is_written(written):
    sheet = f'<worksheet><sheetData><row><c r="A1"><v>1</v></c><c {written}><v>1</v></c></row></sheetData></worksheet>'
    assert "spans more than" in read_or_refused(rezipped(BOOK, sheet1=sheet.encode()))


def test_empty_cells_that_only_have_a_style_are_in_nobodys_way():
    sheet = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576" s="1"/></row></sheetData></worksheet>'
    assert "spans" not in read_or_refused(rezipped(BOOK, sheet1=sheet))


def test_a_member_that_unpacks_to_more_than_is_taken_is_refused_whatever_size_it_claims(monkeypatch):
    monkeypatch.setattr(list_files, "LARGEST_UNPACKED", 1 << 20)
    bomb = rezipped(BOOK, sheet1=bytes(2 << 20))
    assert len(bomb) < 20_000
    assert "too large when unpacked" in read_or_refused(bomb)
    lying = bomb.replace((2 << 20).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert isinstance(read_or_refused(lying), str)


def test_entities_are_not_expanded_and_no_file_is_read():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    sheet = (
        f'<!DOCTYPE w [<!ENTITY l0 "lol">{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row>'
        '<c r="A1" t="inlineStr"><is><t>&l9;&f;</t></is></c></row></sheetData></worksheet>'
    )
    found = read_or_refused(rezipped(BOOK, sheet1=sheet.encode()))
    assert isinstance(found, str)
    assert "root:" not in found


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0" + bytes(600), rezipped(BOOK).replace(b"xl/workbook", b"xl/workb00k")]
)
def test_other_kinds_of_spreadsheets_are_refused(content):
    assert isinstance(read_or_refused(content), str)


REPORT = b"""From: MAILER-DAEMON@mx.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain; charset=gb2312

no
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; lin@firm.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: message/rfc822

Message-ID: <0198-1@peiyu>

--b--
"""


def test_the_report_that_is_bent_is_one():
    assert bounces.read(REPORT)[0].status == "5.1.1"


@fuzzed
@given(st.binary() | bent(REPORT))
def test_a_mail_is_a_report_or_none(content):
    try:
        assert len(bounces.read(content)) <= bounces.MOST_RECIPIENTS
    except NotAReport:
        pass


@pytest.mark.parametrize(
    "content",
    [
        b"".join(b"Content-Type: multipart/report; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000)),
        REPORT.replace(b"message/delivery-status", b"message/delivery-status; charset=zlib"),
        REPORT.replace(b"message/delivery-status", b"message/delivery-status; charset*=no''%FF"),
        bytes(bounces.LARGEST + 1),
    ],
)
def test_a_mail_beyond_all_measure_is_no_report_or_read(content):
    try:
        bounces.read(content)
    except NotAReport as error:
        assert len(str(error)) < 200


RULES = (
    b"id: a\nextends: xiamen-2023\nname: b\nrules:\n  review:\n    window: [{value: {months: 3}, titles: [growth]}]\n"
)


@fuzzed
@given(content=st.binary() | bent(RULES) | json_values.map(lambda value: json.dumps(value).encode()))
def test_a_rules_file_is_loaded_or_refused(tmp_path_factory, content):
    loaded_or_refused(tmp_path_factory.getbasetemp() / "fuzzed.yaml", content)


def loaded_or_refused(path, content):
    path.write_bytes(content)
    try:
        Regulation.load(str(path))
    except RulesError as error:
        return str(error)
    return ""


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [nested("[", 20_000), "a: " + nested("{a: ", 5_000), f"{LAUGHS}id: *i\nrules: *i\ntitles: {{growth: *i}}\n",
     "a: &a {<<: *a}\n", "id: &a [*a]\nrules: *a\n", "id: !!python/object/apply:os.system [false]\n", 'id: "\\0"\n',
     "? {a: b}\n: c\n", "id: .inf\nrules: 2026-99-99\n"],
)  # fmt: skip
def test_a_rules_file_beyond_all_measure_is_refused(tmp_path, text):
    found = loaded_or_refused(tmp_path / "rules.yaml", text.encode())
    assert 0 < len(found) < 100_000


@fuzzed
@given(
    st.sampled_from(
        [b"", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"<?xml"]
    ),
    st.binary(max_size=300),
    st.text(max_size=300),
)
def test_a_file_is_of_some_kind_or_of_none(magic, rest, name):
    given_name = plain_name(name)
    assert 0 < len(given_name) <= 150
    assert "/" not in given_name
    assert given_name.isprintable()
    defects_of_file(given_name, media_type_of(io.BytesIO(magic + rest)))


@fuzzed
@given(st.text() | bent(b"91350203MA31F1331W").map(lambda code: code.decode(errors="replace")))
def test_a_credit_code_is_normalised_or_refused(text):
    try:
        assert check_enterprise_credit_code(check_enterprise_credit_code(text)) == check_enterprise_credit_code(text)
    except CreditCodeError:
        pass


def coded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@fuzzed
@given(st.text() | bent(tokens.token("bureau").encode()).map(lambda text: text.decode(errors="replace")) | json_values.map(
    lambda header: f"{coded(header)}.e30.AAAA"
))  # fmt: skip
async def test_a_token_proves_somebody_or_nothing(token):
    try:
        await tokens.verifier().identify(token)
    except (NotAuthenticated, Forbidden):
        pass


SESSIONS = Sessions(None, PortalSettings(environment="test"))


@fuzzed
@given(st.text() | json_values.map(lambda header: f"{coded(header)}..AAAA.AAAA.AAAA"))
def test_a_cookie_is_a_session_of_ours_or_none(cookie):
    assert SESSIONS._opened(cookie) == {}


@pytest.mark.parametrize(
    "header", [{"alg": ["dir"], "enc": {}}, {"alg": "none", "enc": "A256GCM"}, [], nested("[", 9000)]
)
def test_a_cookie_with_an_impossible_header_is_none(header):
    assert SESSIONS._opened(f"{coded(header)}..AAAA.AAAA.AAAA") == {}
