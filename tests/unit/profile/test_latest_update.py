"""What a self-assessment is told of an update, from forms of any age."""

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.cli.city import form_of, sample_city
from services.cli.tour.forms import update_form
from services.profile.domain import latest_update
from shared.contracts import UpdateFigures
from shared.regulation import Figures

AT = datetime(2026, 4, 20, tzinfo=UTC)


def test_what_is_told_is_what_the_criteria_look_at():
    assert set(UpdateFigures.model_fields) == {field.name for field in fields(Figures)}


def test_a_form_kept_from_before_says_nothing_of_what_it_was_not_asked():
    form = update_form("91350203MA31F1331W", 2026)
    latest = latest_update(2026, AT, form)
    assert (latest.figures.strategic_industry, latest.figures.investments) == (False, ())
    assert latest.figures.revenue == Decimal(
        form["years"][0]["revenue"] if form["years"][0]["year"] == 2025 else form["years"][-1]["revenue"]
    )


@pytest.mark.parametrize("form", [{}, {"years": []}, {"years": [{"year": 2025}], "note": "taken over"}])
def test_a_form_taken_over_without_figures_tells_nothing(form):
    assert latest_update(2026, AT, form) is None


def test_a_single_year_has_no_year_before_it():
    form = update_form("91350203MA31F1331W", 2026)
    form["years"] = [max(form["years"], key=lambda figures: figures["year"])]
    assert latest_update(2026, AT, form).figures.previous_main_revenue is None


def test_the_forms_of_the_sample_city_differ_in_what_is_assessed():
    told = [latest_update(2026, AT, form_of(firm, 2026)).figures for firm in sample_city(AT)[:200]]
    assert len({each.strategic_industry for each in told}) == 2
    assert len({bool(each.honours) for each in told}) == 2
    assert len({each.class_1 for each in told}) > 2
