from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import DeadlineExtension, Regulation, Title

REGULATION = Regulation.load("xiamen-2023")
UPDATING = [Title.INNOVATIVE, Title.SPECIALIZED, Title.LITTLE_GIANT]
EVERYONE = frozenset(UPDATING)
ANNOUNCED = datetime(2025, 4, 1, tzinfo=UTC)


def extension(due=date(2025, 6, 26), *, name="ext", authorities=None, titles=EVERYONE, year=2025, **more):
    return DeadlineExtension(
        name, more.pop("duty", "update"), year, frozenset(titles), authorities, due, "厦工信函〔2025〕8号", **more
    )


@pytest.mark.parametrize("title", UPDATING)
def test_the_update_is_due_on_30_april_with_its_article(title):
    due = REGULATION.update_due(title, 2026)
    assert (due.nominal, due.due, due.provisional) == (date(2026, 4, 30), date(2026, 4, 30), False)
    assert (due.basis.rule, due.basis.document, due.basis.article) == ("update.due", "厦工信规〔2023〕2号", "第十二条")
    assert "4月30日" in due.basis.text
    assert "30 April" in due.basis.text_en


def test_a_growth_firm_owes_no_update():
    assert REGULATION.update_due(Title.GROWTH, 2026) is None


@given(st.integers(2000, 2100), st.sampled_from(UPDATING))
def test_a_fixed_date_does_not_roll_in_any_year(year, title):
    due = REGULATION.update_due(title, year)
    assert due.due == due.nominal == date(year, 4, 30)
    assert due.provisional is False


@given(st.integers(2000, 2100), st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_on_time_means_before_midnight_shanghai_after_the_due_day(year, distance):
    due = REGULATION.update_due(Title.INNOVATIVE, year)
    midnight = datetime(year, 4, 30, 16, tzinfo=UTC)
    assert due.deadline == midnight
    assert due.met_by(midnight + distance) == (distance < timedelta(0))
    assert due.passed_at(midnight + distance) == (distance >= timedelta(0))


def test_the_last_second_is_on_time_and_the_next_is_late():
    due = REGULATION.update_due(Title.INNOVATIVE, 2026)
    assert due.met_by(datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC))
    assert not due.met_by(datetime(2026, 4, 30, 16, 0, 0, tzinfo=UTC))


def test_an_extension_moves_the_due_date_keeps_the_nominal_one_and_names_its_notice():
    due = REGULATION.update_due(Title.INNOVATIVE, 2025, (extension(),))
    assert (due.nominal, due.due, due.extension_id) == (date(2025, 4, 30), date(2025, 6, 26), "ext")
    assert due.basis.rule == "update.extended"
    assert due.basis.article == "第十二条"
    assert "厦工信函〔2025〕8号" in due.basis.text
    assert "2025年6月26日" in due.basis.text
    assert "2025-04-30" in due.basis.text_en


@pytest.mark.parametrize(
    ("notice", "authority", "moved"),
    [
        (extension(), None, True),
        (extension(), "XM-SM", True),
        (extension(authorities=frozenset({"XM-SM"})), "XM-SM", True),
        (extension(authorities=frozenset({"XM-SM"})), "XM-HL", False),
        (extension(authorities=frozenset({"XM-SM"})), None, False),
        (extension(titles={Title.LITTLE_GIANT}), None, False),
        (extension(year=2026), None, False),
        (extension(duty="change_report"), None, False),
    ],
)
def test_an_extension_holds_for_its_own_duty_year_titles_and_authorities(notice, authority, moved):
    due = REGULATION.update_due(Title.INNOVATIVE, 2025, (notice,), authority)
    assert (due.due == date(2025, 6, 26)) is moved


def test_the_extension_declared_last_wins_whatever_the_order_it_arrives_in():
    first = extension(name="first", declared_at=ANNOUNCED)
    second = extension(date(2025, 5, 20), name="second", declared_at=ANNOUNCED + timedelta(days=9))
    for order in ((first, second), (second, first)):
        assert REGULATION.update_due(Title.INNOVATIVE, 2025, order).extension_id == "second"


def test_of_extensions_without_a_day_of_declaration_the_one_given_last_wins():
    notices = [extension(name="first"), extension(date(2025, 5, 20), name="second")]
    assert REGULATION.update_due(Title.INNOVATIVE, 2025, notices).due == date(2025, 5, 20)


def test_an_extension_may_be_given_by_any_iterable():
    assert REGULATION.update_due(Title.INNOVATIVE, 2025, iter([extension()])).due == date(2025, 6, 26)
