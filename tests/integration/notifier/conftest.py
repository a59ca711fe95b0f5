"""A notifier that is fed events by hand."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
import uuid_utils.compat as uuid7s
from sqlalchemy import text

from services.notifier.delivery import Deliverer
from services.notifier.handlers import handlers
from shared.contracts import (
    CertificationGranted,
    CertificationRescheduled,
    CertificationState,
    ChangeReportState,
    ChangeType,
    Citation,
    Contact,
    DutyState,
    EligibilityRevoked,
    ProfileRegistered,
    ProfileState,
    ProfileUpdated,
    ReviewState,
    YearUpdate,
)
from shared.messaging import Consumer
from shared.messaging.envelope import encode, new_event
from shared.regulation import SHANGHAI

NUMBERS = itertools.count(1)
CITED = Citation(rule="r", document="厦工信规〔2023〕2号", article="第十二条", text="条文。", text_en="The sentence.")


def instant(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


class Firm:
    """A firm, and the events that its services would tell of it."""

    def __init__(self, authority="XM-SM", email=None):
        self.number = next(NUMBERS)
        self.code = f"91350203MA{self.number:08d}"
        self.authority = authority
        self.name = f"厦门通知{self.number:05d}有限公司"
        self.email = email or f"{self.code.lower()}@firm.example"
        self.title_id, self.report_id, self.review_id = (uuid7s.uuid7() for _ in range(3))

    def profile(self, version=1, updates=(), contact=True, second=None):
        return ProfileState(
            credit_code=self.code, version=version, name=self.name, authority=self.authority,
            contact=Contact(name="林海燕", mobile="13959201234", email=self.email) if contact else None,
            second_contact=second,
            updates=tuple(YearUpdate(year=year, submitted_at=instant(at)) for year, at in updates),
        )  # fmt: skip

    def registered(self, **kw):
        return ProfileRegistered(credit_code=self.code, profile=self.profile(**kw)), kw.get("version", 1)

    def updated(self, at, year=2026, version=2):
        state = self.profile(version, [(year, at)])
        return ProfileUpdated(
            credit_code=self.code, profile=state, update_id=UUID(int=self.number), duty_year=year,
            submitted_at=instant(at), submitted_by="陈建国",
        ), version  # fmt: skip

    def certification(self, version=1, duty="open", title="specialized", id_=None, **kw):
        days = {
            "valid_from": "2025-01-01", "valid_to": "2027-12-31", "period_start": "2025-01-01",
            "window_opens": "2028-01-01", "window_closes": "2028-03-31",
        }  # fmt: skip
        days |= {name: kw.pop(name) for name in days if name in kw}
        due = date(2026, 4, 30)
        return CertificationState(
            certification_id=id_ or self.title_id, credit_code=self.code, version=version, enterprise_name=self.name,
            authority=self.authority, title=title, status=kw.get("status", "valid"),
            eligibility=kw.get("eligibility", "held"), **days,
            duties=(DutyState(year=2026, nominal_due=due, due=due, state=duty),),
        )  # fmt: skip

    def granted(self, **kw):
        return CertificationGranted(credit_code=self.code, certification=self.certification(**kw)), kw.get("version", 1)

    def rescheduled(self, version=2, **kw):
        state = self.certification(version, **kw)
        cited = CITED.model_copy(update={"rule": "review.campaign"})
        return CertificationRescheduled(
            credit_code=self.code, certification=state.model_copy(update={"window_citation": cited}),
            reason="依《通知》改期。", citation=cited,
        ), version  # fmt: skip

    def revoked(self, version=2):
        state = self.certification(version, "missed", eligibility="revoked")
        return EligibilityRevoked(
            credit_code=self.code, certification=state, duty="update", year=2026, due=date(2026, 4, 30),
            reason="2026年度信息更新逾期未提交。", citation=CITED,
        ), version  # fmt: skip

    def report(self, kind, version=1, happened_on="2026-03-10", due="2026-06-10", **more):
        state = ChangeReportState(
            report_id=self.report_id, credit_code=self.code, version=version, enterprise_name=self.name,
            authority=self.authority, type=ChangeType.RENAME, status="x", happened_on=happened_on, nominal_due=due,
            due=due, citation=CITED.model_copy(update={"article": "第十三条"}),
        )  # fmt: skip
        return kind(credit_code=self.code, report=state, **more), version

    def review(self, kind, version=1, at="2026-05-02T10:00", **more):
        state = ReviewState(
            review_id=self.review_id, credit_code=self.code, version=version, certification_id=self.title_id,
            title="specialized", enterprise_name=self.name, authority=self.authority, status="x", step="authority",
            applied_at=instant(at),
        )  # fmt: skip
        return kind(credit_code=self.code, review=state, **more), version


@pytest.fixture
def notifier(start_service, authorization, mail):
    """`async with notifier() as it`: `it.hear(…)` feeds events, `it.sweep()` and `it.post()` do one round.

    Officers keep no quiet hours unless `quiet_from` and `quiet_to` are given.
    """

    @asynccontextmanager
    async def start(now="2026-03-15T10:00", **settings) -> AsyncIterator[SimpleNamespace]:
        own = {
            "smtp_host": mail.host, "smtp_port": mail.port, "smtp_tls": "none", "smtp_timeout": 5, "digest_quiet": 0,
            "gather": 0, "mail_retry_base": 0, "quiet_from": "08:00", "quiet_to": "08:00",
        }  # fmt: skip
        async with start_service("notifier", **own | settings) as it:
            it.clock.move(instant(now))
            consumer = Consumer("notifier", it.backend, handlers, retry_base=0)
            deliverers = [Deliverer(it.backend, it.service.settings) for _ in range(2)]

            def event(told, at=None):
                data, sequence = told
                return encode(new_event(data, sequence=sequence, time=at or it.clock.now(), traceparent=None))

            async def hear(*told):
                await consumer.receive([each if isinstance(each, bytes) else event(each) for each in told])
                assert await rows("SELECT type, error FROM failed_messages") == []

            async def rows(sql):
                async with it.backend.database.transaction() as session:
                    return [tuple(row) for row in await session.execute(text(sql))]

            async def post():
                while await deliverers[0].round():
                    pass

            async def day(text):
                it.clock.move(instant(text))
                await it.service.sweeps[0].round()
                await post()

            async def get(path, who="bureau", status=200):
                answer = await it.http.get(f"/api/v1{path}", headers=authorization(who))
                assert answer.status_code == status, answer.text
                return answer.json()

            async def items(path, who="bureau"):
                return (await get(path, who))["items"]

            it.event, it.hear, it.day, it.post, it.get, it.items = event, hear, day, post, get, items
            it.rows, it.consumer = rows, consumer
            it.sweep, it.deliverers, it.mail = it.service.sweeps[0].round, deliverers, mail

            @asynccontextmanager
            async def replica():
                async with start_service("notifier", url=it.url, **own | settings) as other:
                    other.clock.move(it.clock.now())
                    other.consumer = Consumer("notifier", other.backend, handlers, retry_base=0)
                    yield other

            it.replica = replica
            it.move = lambda text: it.clock.move(instant(text))
            yield it

    return start
