"""The optional parts of the annual update, and the figures that others are told of the latest one."""

from datetime import UTC, datetime

import pytest

from services.cli.city import form_of, sample_city
from tests.integration.profile.conftest import FIRM, submission

WHO, PATH = f"firm:{FIRM}", f"/enterprises/{FIRM}/updates"
RECOGNITIONS = {
    "awards": [{"name": "福建省科学技术进步奖", "level": "provincial", "granted_on": "2024-11-08"}],
    "honours": [{"kind": "high_tech_enterprise", "valid_to": "2026-12-05"}],
    "institutions": [{"name": "厦门市企业技术中心", "level": "municipal"}],
    "investments": [{"investor": "鹭江创业投资基金", "amount": "600.5", "paid_on": "2024-06-18"}],
}


def rich(year=2026, **changes):
    form = submission(year)
    return form | {"product": form["product"] | {"strategic_industry": True}, "recognitions": RECOGNITIONS} | changes


async def told(it):
    return [event.data.profile.latest_update for event in await it.told() if event.type == "profile.updated.v1"]


async def test_a_form_without_the_new_parts_is_as_valid_as_ever_and_claims_nothing(registered):
    answer = await registered.call(WHO, "POST", PATH, submission())
    assert answer.status_code == 201, answer.text
    (latest,) = await told(registered)
    figures = latest.figures
    assert (latest.duty_year, figures.strategic_industry, figures.awards, figures.honours) == (2026, False, (), ())
    last, previous = submission()["years"][-1], submission()["years"][-2]
    years = sorted((last, previous), key=lambda each: each["year"])
    assert (figures.revenue, figures.main_revenue) == (years[1]["revenue"], years[1]["main_revenue"])
    assert figures.previous_main_revenue == years[0]["main_revenue"]
    assert figures.class_1 == submission()["ip"]["class_1"]


async def test_awards_honours_institutions_and_equity_are_kept_and_told(registered):
    answer = await registered.call(WHO, "POST", PATH, rich())
    assert answer.status_code == 201, answer.text
    assert answer.json()["form"]["recognitions"] == RECOGNITIONS
    (latest,) = await told(registered)
    assert latest.figures.strategic_industry is True
    assert latest.figures.model_dump(mode="json", include=set(RECOGNITIONS)) == RECOGNITIONS


async def test_the_latest_update_is_the_last_submission_for_the_latest_year(registered):
    await registered.call(WHO, "POST", PATH, rich())
    registered.at("2026-04-21T10:00:00+08:00")
    await registered.call(WHO, "POST", PATH, submission(2025))
    registered.at("2026-04-22T10:00:00+08:00")
    await registered.call(WHO, "POST", PATH, submission(2026))
    latest = await told(registered)
    assert [(each.duty_year, each.figures.strategic_industry) for each in latest] == [
        (2026, True),
        (2026, True),
        (2026, False),
    ]
    assert latest[2].submitted_at > latest[1].submitted_at == latest[0].submitted_at


async def test_the_forms_of_the_sample_city_are_valid(registered):
    declaration = submission()["declaration"]
    for firm in sample_city(datetime(2026, 4, 20, tzinfo=UTC))[:3]:
        answer = await registered.call(WHO, "POST", PATH, form_of(firm, 2026) | {"declaration": declaration})
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("part", "value", "pointer"),
    [
        ("awards", [{"name": "奖", "level": "galactic", "granted_on": "2024-01-01"}], "/recognitions/awards/0/level"),
        (
            "awards",
            [{"name": "奖", "level": "national", "granted_on": "2026-04-21"}],
            "/recognitions/awards/0/granted_on",
        ),
        ("honours", [{"kind": "unicorn", "valid_to": "2026-12-05"}], "/recognitions/honours/0/kind"),
        ("honours", [{"kind": "ip_advantage"}], "/recognitions/honours/0/valid_to"),
        ("institutions", [{"name": " ", "level": "provincial"}], "/recognitions/institutions/0/name"),
        (
            "investments",
            [{"investor": "甲", "amount": "-1", "paid_on": "2024-01-01"}],
            "/recognitions/investments/0/amount",
        ),
        (
            "investments",
            [{"investor": "甲", "amount": "1", "paid_on": "2027-01-01"}],
            "/recognitions/investments/0/paid_on",
        ),
        ("prizes", [], "/recognitions/prizes"),
    ],
)
async def test_what_is_wrong_in_them_is_named_in_its_place(registered, part, value, pointer):
    answer = await registered.call(WHO, "POST", PATH, rich(recognitions={part: value}))
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
