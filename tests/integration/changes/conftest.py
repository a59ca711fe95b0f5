"""A changes service that knows a firm with a specialised title and a little giant's."""

from datetime import date, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.changes.handlers import handlers
from shared.contracts import CertificationGranted, CertificationState, ProfileRegistered, ProfileState
from shared.messaging import Consumer, decode
from shared.messaging.envelope import encode, new_event
from shared.messaging.tables import OutboxRow

FIRM, OTHER = "91350203MA31F1331W", "91350213MA33WMAT03"
NAME = "厦门示例精工有限公司"
DECLARED = {"declaration": {"accepted": True, "signatory": "陈建国"}}


def known(version=1, name=NAME, credit_code=FIRM):
    return ProfileRegistered(
        credit_code=credit_code,
        profile=ProfileState(credit_code=credit_code, version=version, name=name, authority="XM-SM"),
    )


def granted(title, certification_id, version=1, status="valid", credit_code=FIRM):
    return CertificationGranted(
        credit_code=credit_code,
        certification=CertificationState(
            certification_id=certification_id, credit_code=credit_code, version=version, enterprise_name=NAME,
            authority="XM-SM", title=title, status=status, eligibility="held", valid_from=date(2024, 1, 1),
            valid_to=date(2026, 12, 31), period_start=date(2024, 1, 1), window_opens=date(2027, 1, 1),
            window_closes=date(2027, 3, 31),
        ),
    )  # fmt: skip


@pytest.fixture
async def it(start_service, authorization, tmp_path):
    async with start_service("changes", attachments_url=str(tmp_path / "attachments")) as running:
        running.clock.move(datetime.fromisoformat("2026-05-21T10:00:00+08:00"))

        async def call(who, method, path="", body=None, **headers):
            return await running.http.request(
                method, f"/api/v1/changes{path}", json=body, headers=authorization(who) | headers
            )

        async def attach(who, report_id, content, name="scan.pdf", path=""):
            return await running.http.post(
                f"/api/v1/changes/{report_id}/attachments{path}",
                files={"file": (name, content)},
                headers=authorization(who),
            )

        async def take(*data):
            consumer = Consumer("changes", running.backend, handlers)
            await consumer.receive(
                [encode(new_event(each, sequence=1, time=running.clock.now(), traceparent=None)) for each in data]
            )

        async def told():
            async with running.backend.work() as work:
                return [
                    decode(row.body) for row in await work.session.scalars(select(OutboxRow).order_by(OutboxRow.id))
                ]

        specialized, giant = uuid4(), uuid4()
        await take(known(), granted("specialized", specialized), granted("little_giant", giant))
        yield SimpleNamespace(
            call=call, take=take, told=told, specialized=str(specialized), giant=str(giant),
            backend=running.backend, app=running.app, attach=attach, files=tmp_path / "attachments", at=lambda instant: running.clock.move(datetime.fromisoformat(instant)),
        )  # fmt: skip
