"""A spring of warnings in some of the sample city is as the rules expect; and where it should not be, that is noticed."""

from datetime import date
from pathlib import Path

import pytest

from services.cli.catalogue import SERVICES
from services.cli.simulation.run import tell
from services.cli.simulation.warnings.year import Pace, live_through
from shared.regulation.overlay import SHIPPED


@pytest.fixture
async def databases(database_url_async):
    return {service: await database_url_async(service) for service in SERVICES}


@pytest.mark.parametrize("pace", Pace)
async def test_every_firm_gets_exactly_the_stages_that_the_rules_expect_across_a_moved_deadline(
    databases, pace, capsys
):
    year = await live_through(
        databases, firms=40, start=date(2026, 4, 5), end=date(2026, 6, 30), seed=SEEDS[pace], pace=pace
    )
    tell(year)
    assert year.same, capsys.readouterr().out
    assert year.reminders > 60


SEEDS = {Pace.DAILY: 1, Pace.RANDOM: 2, Pace.STOPPED: 3}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("update: {days_before: [30, 14, 7, 3, 1, 0]", "update: {days_before: [30, 14, 7, 2, 1, 0]"),
        (
            "review: {days_before: [60, 14, 7, 1], at_start: true",
            "review: {days_before: [60, 14, 7, 1], at_start: false",
        ),
    ],
)
async def test_a_platform_with_other_stages_is_noticed(databases, tmp_path, right, wrong):
    text = (SHIPPED / "xiamen-2023.yaml").read_text()
    assert right in text
    file = Path(tmp_path, "wrong.yaml")
    file.write_text(text.replace(right, wrong, 1))
    year = await live_through(
        databases, firms=12, start=date(2026, 4, 20), end=date(2026, 6, 5), seed=4, rules_file=file
    )
    assert not year.failures
    assert {difference.about for difference in year.differences} == {"reminders"}
