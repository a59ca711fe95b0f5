"""What an officer chose for a change that was not reported in time takes the right to the review, or the title."""

from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from shared.contracts import (
    ChangeReportState,
    ChangeSanctioned,
    ChangeType,
    Citation,
    OccurrenceState,
    SanctionChoice,
    SanctionOutcome,
    TitleSanction,
)
from shared.messaging.tables import FailedMessage
from tests.integration.reviews.conftest import FIRM, profile, submitted, updated

CITED = Citation(rule="change_report.late", document="厦工信规〔2023〕2号", article="第十三条", text="…", text_en="…")
AT = datetime.fromisoformat("2026-05-08T10:00:00+08:00")
CHANGE = {
    "credit_code": FIRM, "version": 4, "enterprise_name": "厦门示例精工有限公司", "authority": "XM-SM",
    "type": ChangeType.MERGER, "happened_on": date(2025, 12, 1), "nominal_due": date(2026, 3, 1),
    "due": date(2026, 3, 2), "citation": CITED,
}  # fmt: skip


def sanctioned(certification_id, outcome, decided_by="bureau", *, reported=True):
    report = ChangeReportState(report_id=uuid4(), status="submitted", on_time=False, **CHANGE)
    occurrence = OccurrenceState(occurrence_id=uuid4(), status="sanctioned", evidence="…", recorded_at=AT, **CHANGE)
    return ChangeSanctioned(
        credit_code=FIRM, report=report if reported else None, occurrence=None if reported else occurrence,
        choice=SanctionChoice.CANCEL_TITLE, reason="逾期未报告", citation=CITED, decided_by="bureau",
        titles=(
            TitleSanction(
                certification_id=certification_id, title="specialized", outcome=outcome, reason="逾期未报告",
                decided_by=decided_by, decided_at=AT,
            ),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("reported", [True, False])
async def test_the_right_is_lost_for_the_late_report_and_an_open_application_stops(it, reported):
    review = await submitted(it)
    title = review["certification_id"]
    await it.take(sanctioned(title, SanctionOutcome.REVOKE_ELIGIBILITY, reported=reported))
    await it.take(sanctioned(title, SanctionOutcome.REVOKE_ELIGIBILITY, reported=reported))  # told twice, happens once
    (revoked,) = await it.told("eligibility.revoked.v1")
    assert (revoked.data.duty, revoked.data.due, revoked.data.by) == ("change_report", date(2026, 3, 2), "bureau")
    assert (revoked.data.citation.article, revoked.data.reason) == ("第十三条", "逾期未报告")
    shown = await it.read(title)
    assert (shown["eligibility"], shown["status"]) == ("revoked", "valid")
    assert shown["eligibility_history"][-1]["role"] == "bureau"
    (stopped,) = await it.told("review.decided.v1")
    assert (stopped.data.outcome, stopped.data.review.review_id) == ("stopped", UUID(review["id"]))


@pytest.mark.parametrize("decided_by", ["bureau", "ministry"])
async def test_a_cancelled_title_ends_by_the_article_on_late_reports(it, decided_by):
    review = await submitted(it)
    event = sanctioned(review["certification_id"], SanctionOutcome.CANCEL_TITLE, decided_by)
    await it.take(event)
    await it.take(event)
    (cancelled,) = await it.told("certification.cancelled.v1")
    assert (cancelled.data.citation.rule, cancelled.data.decided_by) == ("change_report.late", decided_by)
    assert (await it.read(review["certification_id"]))["status"] == "cancelled"
    assert [each.data.outcome for each in await it.told("review.decided.v1")] == ["stopped"]


@pytest.mark.parametrize(
    "outcome", [SanctionOutcome.EXCUSED, SanctionOutcome.REFER_TITLE, SanctionOutcome.RETAIN_TITLE]
)
async def test_what_is_excused_referred_or_retained_costs_nothing_here(it, outcome):
    title = await it.granted()
    before = await it.read(title)
    await it.take(sanctioned(title, outcome))
    assert await it.read(title) == before


async def test_a_right_lost_for_a_missed_update_and_a_late_report_is_not_given_back_for_the_update(it):
    title = await it.granted()
    it.at("2026-05-01T00:00:00+08:00")
    await it.sweep()
    (request,) = await it.told("profile.freshness_requested.v1")
    await it.reported(request, profile(1))
    assert (await it.read(title))["eligibility"] == "revoked"
    await it.take(sanctioned(title, SanctionOutcome.REVOKE_ELIGIBILITY))
    await it.take(updated(profile(2, y2026="2026-04-20T10:00:00+08:00")))
    assert (await it.read(title))["eligibility"] == "revoked"
    assert [each.data.duty for each in await it.told("eligibility.revoked.v1")] == ["update", "change_report"]


async def test_news_of_a_title_that_is_not_known_yet_is_kept_to_be_tried_again(it):
    unknown = uuid4()
    await it.take(sanctioned(unknown, SanctionOutcome.CANCEL_TITLE))
    async with it.backend.work() as work:
        (kept,) = await work.session.scalars(select(FailedMessage))
    assert (kept.type, kept.state, kept.error_kind) == ("change.sanctioned.v1", "waiting", "LookupError")
