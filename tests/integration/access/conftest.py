"""A platform with a firm that has one of everything, and strangers to it who have things of their own."""

import asyncio
import functools
from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.cli.catalogue import SERVICES
from services.cli.simulation.world import World, open_world
from services.cli.tour.forms import change_form, update_form
from tests.infrastructure import tokens
from tests.integration.access.routes import (
    AUTHORITY,
    CAMPAIGN,
    DECLARED,
    ELSEWHERE,
    FIRM,
    LIST,
    NOTICE,
    OWN,
    PDF,
    REASON,
    THIRD,
)

INSIDERS = {"F": f"firm:{FIRM}", "A": f"officer:{AUTHORITY}", "B": "bureau", "O": "operator"}
DELEGATE, DISMISSED, APPLICANT = f"person:{THIRD}", f"person:{OWN},{THIRD}", f"person:,{THIRD}"
"""One who acts for another firm by delegation; one who did so for FIRM once; one who asks to."""
STRANGERS = {
    f"firm:{OWN}": "F",
    f"person:{OWN}": "F",
    DELEGATE: "F",
    DISMISSED: "F",
    f"officer:{ELSEWHERE}": "A",
}
UNBOUND = "person:"
MARK = "独此一家"
"""What is written wherever FIRM can write, and nowhere else."""
MARKS = (MARK, "13950007777", "mark-7777@")

authorization = functools.cache(tokens.authorization)


class Lived:
    """The platform, and the ids of what FIRM has by the names of the parameters that take them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.http = world.http
        self.known = {"credit_code": FIRM, "duty_year": "2027", "number": "1", "kind": "update_due"}
        self.before: list[str] = []

    async def ask(self, who: str, method: str, path: str, body: object = None, **more: object) -> httpx.Response:
        headers = {**authorization(who), **more.pop("headers", {})}  # type: ignore[dict-item]
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=headers, **more)  # type: ignore[arg-type]

    async def done(self, who: str, method: str, path: str, body: object = None, **more: object) -> dict:
        """One request that must succeed."""
        answer = await self.ask(who, method, path, body, **more)
        assert answer.is_success, answer.text
        await self.world.quiet()
        return answer.json()

    async def kept(self) -> list[str]:
        """A digest of every table of every service."""
        found = []
        for name, service in self.world.services.items():
            async with service.backend.database.transaction() as session:
                tables = await session.scalars(
                    text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
                )
                for table in tables.all():
                    digest = f"SELECT md5(string_agg(t::text, '\n' ORDER BY t::text)) FROM \"{table}\" t"
                    found.append(f"{name}.{table} {await session.scalar(text(digest))}")
        return found


def _contact(mark: str) -> dict[str, str]:
    return {"name": f"{mark}联系人", "mobile": "13950007777", "email": "mark-7777@firm.example", "language": "zh-CN"}


def _registration(code: str, authority: str, **contact: str) -> dict[str, object]:
    return {
        "credit_code": code, "name": f"厦门{code}有限公司", "authority": authority, "registered_place": "福建省厦门市",
        "contact": {"name": "王", "mobile": "13959201234", "email": "wang@other.example", "language": "zh-CN"} | contact,
    }  # fmt: skip


async def _live(it: Lived) -> None:
    it.world.move(datetime.fromisoformat("2026-04-20T10:00:00+08:00"))
    firm, officer, known = INSIDERS["F"], INSIDERS["A"], it.known
    await it.done("bureau", "POST", "/enterprises", _registration(FIRM, AUTHORITY, **_contact(MARK)))
    for code in (OWN, THIRD):
        await it.done("bureau", "POST", "/enterprises", _registration(code, ELSEWHERE))
    for code, authority in ((FIRM, AUTHORITY), (OWN, ELSEWHERE)):
        for title, expiry in (("innovative", "2026-05-10"), ("little_giant", "2027-04-10")):
            grant = {
                "credit_code": code, "enterprise_name": f"厦门{code}有限公司", "authority": authority, "title": title,
                "valid_from": "2023-05-11", "valid_to": expiry, "duties_from": "2026-04-20",
            }  # fmt: skip
            found = await it.done("bureau", "POST", "/certifications", grant)
            if code == FIRM:
                known["certification_id"] = found["id"] if title == "innovative" else known["certification_id"]
    known["obligation_id"] = (await it.done(firm, "GET", "/obligations"))["items"][0]["id"]
    it.world.move(datetime.fromisoformat("2026-04-30T09:00:00+08:00"))
    await it.world.quiet()
    update = update_form(FIRM, 2026) | DECLARED
    update["product"]["name"], update["basics"]["contact"] = MARK, _contact(MARK)
    known["update_id"] = (await it.done(firm, "POST", f"/enterprises/{FIRM}/updates", update))["id"]
    await it.done(firm, "PUT", f"/enterprises/{FIRM}/update_drafts/2027", {"product": {"name": MARK}})
    application = {"certification_id": known["certification_id"], "statement": MARK} | DECLARED
    known["review_id"] = (await it.done(firm, "POST", "/reviews", application))["id"]
    for name in ("draft_id", "report_id"):
        form = change_form(FIRM, "2026-04-01", old=MARK, new=f"{MARK}{name[0]}")
        known[name] = (await it.done(firm, "POST", "/changes", form))["id"]
    attached = await it.done(firm, "POST", f"/changes/{known['draft_id']}/attachments", files=PDF)
    known["attachment_id"] = attached["id"]
    await it.done(firm, "POST", f"/changes/{known['report_id']}/submission", DECLARED)
    occurrence = {"credit_code": FIRM, "type": "control", "happened_on": "2026-04-02", "evidence": MARK}
    known["occurrence_id"] = (await it.done(officer, "POST", "/occurrences", occurrence))["id"]
    asked = await it.done(APPLICANT, "POST", f"/enterprises/{FIRM}/delegations", {"statement": MARK})
    known["delegation_id"] = asked["id"]
    for who, code in ((DELEGATE, OWN), (DISMISSED, FIRM)):
        asked = await it.done(who, "POST", f"/enterprises/{code}/delegations", {"statement": "经办"})
        await it.done(f"firm:{code}", "POST", f"/delegations/{asked['id']}/approval", {"accepted": True})
    await it.done(f"firm:{FIRM}", "POST", f"/delegations/{asked['id']}/end", REASON)
    subscription = {"email": "mark-7777@officer.example", "name": MARK}
    known["subscription_id"] = (await it.done(officer, "POST", "/subscriptions", subscription))["id"]
    known["import_id"] = (await it.done("bureau", "POST", "/certification_imports?preview=true", files=LIST))["id"]
    known["campaign_id"] = (await it.done("bureau", "POST", "/campaigns", CAMPAIGN))["id"]
    known["extension_id"] = (await it.done("bureau", "POST", "/deadline_extensions", NOTICE))["id"]
    (message, *_) = (await it.done(firm, "GET", "/messages"))["items"]
    known["message_id"], known["recipient"] = message["id"], message["recipient"]
    known["mail_id"] = message["mail_id"] or str(uuid4())
    (follow_up, *_) = (await it.done(officer, "GET", "/follow_ups"))["items"]
    known["follow_up_id"] = follow_up["id"]
    for service in it.world.services.values():
        await service.consumer.receive([f"no event, {MARK}".encode()])
    (failed,) = (await it.done("operator", "GET", "/operations/profile/failed/messages"))["items"]
    known["event_id"] = failed["event_id"]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as loop:
        yield loop


@pytest.fixture(scope="module")
def it(runner, database_url) -> Iterator[Lived]:
    opened = open_world({service: database_url(service) for service in SERVICES}, "xiamen-2023")
    lived = Lived(runner.run(opened.__aenter__()))
    for service in lived.world.services.values():
        service.app.state.verifier = tokens.verifier()
    runner.run(_live(lived))
    lived.before = runner.run(lived.kept())
    yield lived
    runner.run(opened.__aexit__(None, None, None))
