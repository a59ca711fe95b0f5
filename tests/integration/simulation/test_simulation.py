"""Simulated years agree with the oracle; and where they should not agree, that is noticed."""

from datetime import date
from pathlib import Path

import pytest

from services.cli.catalogue import SERVICES
from services.cli.simulation.play import simulate
from services.cli.simulation.run import tell
from shared.regulation.overlay import SHIPPED


@pytest.fixture
async def databases(database_url_async):
    return {service: await database_url_async(service) for service in SERVICES}


@pytest.mark.parametrize("rules", ["xiamen-2023", "miit-2026"])
async def test_years_of_random_firms_and_officers_are_as_the_regulation_says(databases, rules, capsys):
    outcome = await simulate(databases, firms=25, start=date(2023, 1, 1), end=date(2029, 12, 31), seed=7, rules=rules)
    tell(outcome)
    assert outcome.same, capsys.readouterr().out
    assert outcome.acts > 400


@pytest.mark.parametrize(
    ("right", "wrong", "noticed"),
    [
        ('{day: "04-30", roll: false}', '{day: "04-29", roll: false}', "title"),
        ("{offset_years: 1}", "{offset_years: 2}", "title"),
        ("{months: 3, roll: true}", "{months: 2, roll: true}", "ReportDrafted"),
        ("{anchor: before_expiry, months: 1,", "{anchor: before_expiry, months: 2,", "title innovative"),
        ("{steps: [authority, bureau], ", "{steps: [authority, bureau, ministry], ", "Decided"),
        ("{years: 3}", "{years: 2}", "title"),
    ],
)
async def test_a_platform_that_follows_other_rules_is_noticed(databases, tmp_path, right, wrong, noticed):
    text = (SHIPPED / "xiamen-2023.yaml").read_text()
    assert right in text
    file = Path(tmp_path, "wrong.yaml")
    file.write_text(text.replace(right, wrong, 1))
    outcome = await simulate(
        databases, firms=10, start=date(2023, 1, 1), end=date(2026, 12, 31), seed=3, rules_file=file
    )
    assert not outcome.failures
    assert any(difference.about.startswith(noticed) for difference in outcome.differences)
