"""The chain in the database: dense under many writers and sealers, append-only, and every tampering found."""

import asyncio
import csv
import hashlib
import io
import json

import asyncpg
import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from services.cli.main import app
from services.profile.models import AnnualUpdate
from shared.audit import Head, Sealer
from shared.audit.chain import BEGINNING, Entry, FaultKind, canonical
from shared.runtime.acting import Act, Actor, acting
from tests.infrastructure import tokens
from tests.integration.profile.conftest import FIRM, OTHER, registration

CONTACT = {"name": "陈晓", "mobile": "13800000000", "email": "chen@firm.example"}
WRITE = text(
    "INSERT INTO enterprises (credit_code, version, name, authority, registered_at, name_as_of, place_as_of) "
    "SELECT code, 1, '厦门并发有限公司', 'XM-SM', now(), now(), now() FROM unnest(:codes ::text[]) AS code"
)


@pytest.fixture
async def it(start_service):
    async with start_service("profile") as running:
        yield running


async def write(it, *codes, by="writer"):
    with acting(Act("enter", Actor(by, by, "bureau"))):
        async with it.backend.work() as work:
            await work.session.execute(WRITE, {"codes": list(codes)})


@pytest.fixture
async def chain(it, record):
    """Six sealed entries."""
    for number in range(6):
        await write(it, f"F{number}")
    await record(it).seal()
    return record(it)


async def test_a_batch_after_another_makes_one_chain(it, record):
    kept = record(it)
    await write(it, *(f"F{number}" for number in range(25)))
    assert await kept.seal(batch=4) == 25
    assert await kept.waiting() == []
    previous = BEGINNING
    for position, row in enumerate(await kept.sealed(), 1):
        assert row.position == position
        assert row.hash == Entry.of(row).sealed(position, previous)
        previous = row.hash
    verdict = await kept.verdict()
    assert (verdict.fault, verdict.waiting, verdict.head) == (None, 0, Head(25, previous))


async def test_many_writers_and_two_sealers_make_a_chain_without_gap_or_fork(it, record, start_service):
    async with start_service("profile", url=it.url) as replica:
        writing = True

        async def sealing(running):
            sealer, sealed = Sealer("profile", running.backend.database, batch=3), 0
            while True:
                found = await sealer.seal()
                sealed += found
                if not found and not writing:
                    return sealed
                await asyncio.sleep(0)

        async def writer(number):
            for turn in range(5):
                await write((it, replica)[turn % 2], f"W{number}-{turn}", f"X{number}-{turn}", by=f"writer {number}")

        sealers = [asyncio.ensure_future(sealing(running)) for running in (it, replica)]
        await asyncio.gather(*(writer(number) for number in range(8)))
        writing = False
        assert sum(await asyncio.gather(*sealers)) + await record(it).seal() == 80
        rows = await record(it).sealed()
        assert [row.position for row in rows] == list(range(1, 81))
        assert len({row.record for row in rows}) == 80
        assert (await record(it).verdict()).fault is None


async def test_a_transaction_that_commits_late_is_sealed_late_and_not_passed_over(it, record):
    async with it.backend.work() as late:
        await late.session.execute(WRITE, {"codes": ["LATE"]})
        await write(it, "EARLY")
        assert await record(it).seal() == 1
    assert await record(it).seal() == 1
    assert [row.record for row in await record(it).sealed()] == ["EARLY", "LATE"]
    assert (await record(it).verdict()).fault is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'x' WHERE position = 3",
        "DELETE FROM audit_entries WHERE position = 3",
        "TRUNCATE audit_entries",
        "UPDATE audit_pending SET actor = 'x'",
        "TRUNCATE audit_pending",
        "DELETE FROM audit_head",
    ],
)
async def test_the_database_refuses_to_change_the_record(it, chain, statement):
    with pytest.raises(DBAPIError) as refused:
        async with it.backend.database.engine.begin() as connection:
            await connection.execute(text(statement))
    assert isinstance(refused.value.orig.__cause__, asyncpg.RaiseError)
    assert (await chain.verdict()).fault is None


@pytest.mark.parametrize(
    ("tampering", "kind", "position"),
    [
        (["UPDATE audit_entries SET actor = 'somebody else' WHERE position = 4"], FaultKind.ALTERED, 4),
        (["UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE position = 1"], FaultKind.ALTERED, 1),
        (["UPDATE audit_entries SET after = replace(after, '1', '2') WHERE position = 6"], FaultKind.ALTERED, 6),
        (["UPDATE audit_entries SET hash = decode(repeat('00', 32), 'hex') WHERE position = 2"], FaultKind.ALTERED, 2),
        (["DELETE FROM audit_entries WHERE position = 1"], FaultKind.MISSING, 1),
        (["DELETE FROM audit_entries WHERE position = 3"], FaultKind.MISSING, 3),
        (["DELETE FROM audit_entries WHERE position IN (3, 4)"], FaultKind.MISSING, 3),
        (["DELETE FROM audit_entries WHERE position > 4"], FaultKind.CUT, 5),
        (["DELETE FROM audit_entries"], FaultKind.CUT, 1),
        (
            [
                "UPDATE audit_entries SET position = -position WHERE position IN (2, 5)",
                "UPDATE audit_entries SET position = 7 + position WHERE position < 0",
            ],
            FaultKind.ALTERED,
            2,
        ),
        (
            [
                "UPDATE audit_entries SET position = -position WHERE position > 3",
                "UPDATE audit_entries SET position = 1 - position WHERE position < 0",
                """INSERT INTO audit_entries SELECT 4, hash, operation, kind, 'FORGED', case_id, credit_code, act, actor,
                   actor_name, actor_role, before, after, at, recorded_at, trace_id
                   FROM audit_entries WHERE position = 3""",
            ],
            FaultKind.ALTERED,
            4,
        ),
        (["DELETE FROM audit_head"], FaultKind.NO_HEAD, 6),
        (["UPDATE audit_head SET position = 4"], FaultKind.INSERTED, 5),
        (["UPDATE audit_head SET position = 9"], FaultKind.CUT, 7),
    ],
)
async def test_every_tampering_is_found_at_its_position(chain, tampering, kind, position):
    await chain.tamper(*tampering)
    fault = (await chain.verdict()).fault
    assert (fault.kind, fault.position) == (kind, position)


async def test_an_end_that_was_cut_off_together_with_the_kept_head_shows_against_a_noted_head(chain):
    noted = (await chain.verdict()).head
    await chain.tamper(
        "DELETE FROM audit_entries WHERE position > 4",
        "UPDATE audit_head SET (position, hash) = (SELECT position, hash FROM audit_entries WHERE position = 4)",
    )
    assert (await chain.verdict()).fault is None
    fault = (await chain.verdict(noted)).fault
    assert (fault.kind, fault.position) == (FaultKind.CUT, 5)


async def test_entries_that_nobody_seals_are_a_fault_once_they_wait_long(it, chain):
    await write(it, "WAITS")
    verdict = await chain.verdict()
    assert (verdict.fault, verdict.waiting) == (None, 1)
    await chain.tamper("UPDATE audit_pending SET recorded_at = recorded_at - interval '11 minutes'")
    fault = (await chain.verdict()).fault
    assert (fault.kind, fault.position) == (FaultKind.UNSEALED, 7)


@pytest.fixture
def peiyu(it, monkeypatch):
    """The command line, told the service's database."""
    monkeypatch.setenv("PROFILE_DATABASE_URL", it.url)
    monkeypatch.setenv("PEIYU_AUTH_ISSUER", tokens.ISSUER)

    async def call(*arguments):
        return await asyncio.to_thread(CliRunner().invoke, app, ["audit", *arguments])

    return call


async def test_the_command_line_prints_the_head_and_takes_it_back(chain, peiyu):
    sound = await peiyu("verify", "profile")
    assert sound.exit_code == 0, sound.output
    assert "profile: 6 entries are sound" in sound.output
    head = sound.output.split("head ")[1].strip()
    assert head == str((await chain.verdict()).head)
    assert (await peiyu("verify", "profile", "--head", head)).exit_code == 0
    other = await peiyu("verify", "profile", "--head", "3:" + "00" * 32)
    assert (other.exit_code, "rewritten at 3" in other.output) == (1, True)
    await chain.tamper("UPDATE audit_entries SET actor = 'x' WHERE position = 3")
    broken = await peiyu("verify", "profile")
    assert (broken.exit_code, "profile: altered at 3: entry 3" in broken.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("verify", "profile", "--head", "nonsense"), "not POSITION:HASH"),
        (("verify", "--head", "1:" + "00" * 32), "A head is of one service"),
        (("verify", "reviews"), "REVIEWS_DATABASE_URL"),
        (("verify", "--data-dir", "/nowhere"), "not the folder of a peiyu run"),
    ],
)
async def test_what_cannot_be_verified_is_said(it, peiyu, arguments, says):
    answer = await peiyu(*arguments)
    assert answer.exit_code == 1
    assert says in answer.output


async def test_an_export_of_a_firm_can_be_checked_by_a_third_party(it, record, peiyu, authorization):
    for code in (OTHER, FIRM):
        made = await it.http.post(
            "/api/v1/enterprises", json=registration(code), headers=authorization("officer:XM-SM")
        )
        assert made.status_code == 201
    changed = await it.http.put(
        f"/api/v1/enterprises/{FIRM}/contact", json=CONTACT, headers=authorization(f"firm:{FIRM}") | {"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    unsealed = await peiyu("export", FIRM, "--service", "profile")
    assert "3 more wait to be sealed" in unsealed.stderr
    await record(it).seal()
    entries = json.loads((await peiyu("export", FIRM.lower(), "--service", "profile")).stdout)
    assert [(entry["position"], entry["kind"], entry["act"]) for entry in entries] == [
        (3, "enterprise", "register_enterprise"),
        (4, "name", "register_enterprise"),
        (5, "enterprise", "change_contact"),
    ]
    assert json.loads(entries[2]["after"])["contact"]["name"] == "陈晓"
    assert entries[2]["previous"] == entries[1]["hash"]
    for entry in entries:
        own = {name: value for name, value in entry.items() if name not in ("service", "hash")}
        assert hashlib.sha256(canonical(own)).hexdigest() == entry["hash"]
    assert (await peiyu("verify", "profile", "--head", f"{entries[0]['position']}:{entries[0]['hash']}")).exit_code == 0

    rows = list(
        csv.DictReader(io.StringIO((await peiyu("export", FIRM, "--service", "profile", "--format", "csv")).stdout))
    )
    for row, entry in zip(rows, entries, strict=True):
        assert {name: value or None for name, value in row.items()} == {
            name: str(value) if value is not None else None for name, value in entry.items()
        }


async def test_an_export_of_a_case_is_of_that_case_alone(it, record):
    async with it.backend.work() as work:
        await work.session.execute(WRITE, {"codes": [FIRM]})
        for number in (1, 2):
            await work.session.execute(
                insert(AnnualUpdate),
                {
                    "id": f"01900000-0000-7000-8000-00000000000{number}",
                    "credit_code": FIRM,
                    "duty_year": 2026,
                    "submitted_at": it.clock.now(),
                    "submitted_by": "x",
                    "submitted_by_name": "x",
                    "signatory": "x",
                    "enterprise_name": "x",
                    "form": {},
                    "assisted": False,
                },  # fmt: skip
            )
    await record(it).seal()
    entries, waiting = await record(it).exported("01900000-0000-7000-8000-000000000002")
    assert ([entry["position"] for entry in entries], waiting) == ([3], 0)
    assert len((await record(it).exported(FIRM))[0]) == 3
