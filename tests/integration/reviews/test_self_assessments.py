"""Self-assessments of innovative SMEs: shown before applying, kept with the application, never computed again."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from shared.contracts import LatestUpdate, UpdateFigures
from shared.contracts.profile import Honour
from tests.integration.reviews.conftest import GIANT, INNOVATIVE, WHO, applied, profile, updated

FIGURES = {
    "revenue": 1000, "main_revenue": 700, "previous_main_revenue": 700, "rd_spending": 30, "total_assets": 1000,
    "total_liabilities": 500, "class_1": 1, "own_class_1": 1, "high_value_class_1": 0, "class_2": 0,
}  # fmt: skip


def latest(year=2026, at="2026-04-20T10:00:00+08:00", **changes):
    figures = UpdateFigures.model_validate(FIGURES | changes)
    return LatestUpdate(duty_year=year, submitted_at=datetime.fromisoformat(at), figures=figures)


def known(version=2, **changes):
    state = profile(version, y2026="2026-04-20T10:00:00+08:00")
    return state.model_copy(update={"latest_update": latest(**changes)})


async def assessment(it, certification_id, who=WHO):
    return await it.call(who, "GET", f"/certifications/{certification_id}/assessment")


async def test_before_applying_the_firm_sees_every_indicator_with_its_tier_points_and_rule(it):
    certification_id = await it.granted(**INNOVATIVE)
    await it.take(updated(known()))
    shown = (await assessment(it, certification_id)).json()
    assert (shown["outcome"], shown["points"], shown["required"], shown["rules"]) == ("met", 70, 60, "xiamen-2023")
    assert (shown["duty_year"], shown["profile_version"], shown["on"]) == (2026, 2, "2026-03-15")
    scores = {each["indicator"]: each for group in shown["groups"] for each in group["scores"]}
    assert list(scores) == [
        "intellectual_property", "rd_intensity", "main_revenue_growth", "debt_ratio", "product_field", "main_revenue_share",
    ]  # fmt: skip
    rd = scores["rd_intensity"]
    assert (Decimal(rd["value"]), rd["unit"], rd["tier"]["text"], rd["points"], rd["maximum"]) == (
        3,
        "percent",
        "3%以上",
        15,
        20,
    )
    assert (rd["citation"]["document"], rd["citation"]["article"]) == ("工信部企业〔2022〕63号", "附件1 评价指标2")
    assert "3%以上，15分" in rd["citation"]["text"]
    assert [each["holds"] for each in shown["direct"]] == [False] * 4
    assert {each["condition"] for each in shown["direct"]} == {
        "science_award",
        "honour",
        "rd_institution",
        "qualified_equity",
    }


async def test_what_cannot_be_computed_says_so_and_a_direct_pass_shows_its_evidence(it):
    certification_id = await it.granted(**INNOVATIVE)
    honour = Honour(kind="high_tech_enterprise", valid_to=date(2026, 12, 5))
    await it.take(updated(known(previous_main_revenue=0, total_assets=0, class_1=0, own_class_1=0, honours=(honour,))))
    shown = (await assessment(it, certification_id)).json()
    missing = {each["indicator"] for group in shown["groups"] for each in group["scores"] if not each["computable"]}
    assert missing == {"main_revenue_growth", "debt_ratio"}
    (holding,) = [each for each in shown["direct"] if each["holds"]]
    assert (shown["outcome"], holding["condition"]) == ("met", "honour")
    assert holding["evidence"][0]["text"] == "高新技术企业（有效期至2026年12月5日）"


async def test_that_nothing_was_submitted_yet_is_an_answer(it):
    certification_id = await it.granted(**INNOVATIVE)
    for states in ([], [updated(profile(1))]):
        await it.take(*states)
        shown = await assessment(it, certification_id)
        assert (shown.status_code, shown.json()["outcome"]) == (200, "nothing_submitted")
        assert (shown.json()["points"], shown.json()["groups"]) == (None, [])
        assert "尚未提交" in shown.json()["reasons"][0]["text"]
    await it.take(updated(profile(2, y2026="2026-04-20T10:00:00+08:00")))
    assert (await assessment(it, certification_id)).json()["outcome"] == "unknown"


async def test_an_application_keeps_the_assessment_of_the_copy_that_it_rests_on_for_good(it):
    certification_id = await it.granted(**INNOVATIVE)
    await it.take(updated(known()))
    it.at("2026-05-08T10:00:00+08:00")
    answer = await applied(it, certification_id)
    assert answer.status_code == 201, answer.text
    kept = answer.json()["assessment"]
    assert (kept["outcome"], kept["points"], kept["on"]) == ("met", 70, "2026-05-08")
    assert answer.json()["profile"]["latest_update"]["figures"]["rd_spending"] == "30"
    await it.take(updated(known(3, rd_spending=50, at="2026-05-08T11:00:00+08:00")))
    it.at("2029-01-01T10:00:00+08:00")
    assert (await it.call(WHO, "GET", f"/reviews/{answer.json()['id']}")).json()["assessment"] == kept
    assert (await assessment(it, certification_id)).json()["points"] == 75


async def test_one_that_does_not_pass_is_kept_too_and_the_authority_judges(it):
    certification_id = await it.granted(**INNOVATIVE)
    await it.take(updated(known(class_1=0, own_class_1=0)))
    it.at("2026-05-08T10:00:00+08:00")
    answer = await applied(it, certification_id)
    assert (answer.status_code, answer.json()["status"]) == (201, "submitted")
    assert answer.json()["assessment"]["outcome"] == "not_met"
    assert any("低于" in reason["text"] for reason in answer.json()["assessment"]["reasons"])


@pytest.mark.parametrize("fresh", [True, False])
async def test_a_checked_application_is_assessed_on_what_its_owner_told(it, fresh):
    certification_id = await it.granted(**INNOVATIVE)
    it.at("2026-05-08T10:00:00+08:00")
    review = (await applied(it, certification_id)).json()
    assert (review["status"], review["assessment"]) == ("checking", None)
    (request,) = await it.told("profile.freshness_requested.v1")
    told = (
        known(4)
        if fresh
        else profile(4).model_copy(update={"latest_update": latest(2025, "2025-04-20T10:00:00+08:00")})
    )
    await it.reported(request, told)
    decided = (await it.call(WHO, "GET", f"/reviews/{review['id']}")).json()
    assert decided["status"] == ("submitted" if fresh else "refused")
    assert (decided["assessment"]["outcome"], decided["assessment"]["duty_year"]) == ("met", 2026 if fresh else 2025)


async def test_titles_without_criteria_have_no_assessment(it):
    certification_id = await it.granted(**GIANT)
    await it.take(updated(known()))
    assert (await assessment(it, certification_id)).status_code == 404
    it.at("2026-05-08T10:00:00+08:00")
    assert (await applied(it, certification_id)).json()["assessment"] is None
    innovative = await it.granted(**INNOVATIVE)
    assert (await assessment(it, innovative, "officer:XM-HL")).status_code == 404
    assert (await assessment(it, innovative, "officer:XM-SM")).status_code == 200


async def test_an_honour_that_is_not_known_here_yet_counts_for_nothing(it):
    certification_id = await it.granted(**INNOVATIVE)
    await it.take(updated(known(honours=(Honour(kind="unicorn", valid_to=date(2026, 12, 5)),))))
    shown = await assessment(it, certification_id)
    assert (shown.status_code, [each["holds"] for each in shown.json()["direct"]]) == (200, [False] * 4)
