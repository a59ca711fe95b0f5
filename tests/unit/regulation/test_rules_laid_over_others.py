"""Rules files that extend another: what they add, replace and leave, and where their defects are."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import Escalation, Regulation, RulesError, Title
from shared.regulation.rulebook import DateSpan, YearSpan

HEADER = "id: city\nextends: xiamen-2023\nname: {zh: 某市规则, en: A city}\n"
DOCUMENTS = "documents:\n  city: {number: 某工信〔2027〕1号, name: {zh: 某市规则, en: A city}}\n"
CITE = "cite: {document: city, article: 一}, text: {zh: 句。, en: Words.}"


def file_of(tmp_path, text, name="city.yaml"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def refused(file):
    with pytest.raises(RulesError) as caught:
        Regulation.load(file)
    return caught.value


def extension(years, titles="innovative, growth", in_force="{}", rule="review.extension"):
    return f"    - {{titles: [{titles}], in_force: {in_force}, value: {{years: {years}}}, {CITE}}}\n"


def test_a_file_without_rules_of_its_own_is_the_one_it_extends_under_another_name(tmp_path):
    city, base = Regulation.load(file_of(tmp_path, HEADER)), Regulation.load("xiamen-2023")
    assert (city.id, city.name) == ("city", "某市规则")
    assert list(city.authorities) == list(base.authorities)
    assert city.update_due(Title.INNOVATIVE, 2026) == base.update_due(Title.INNOVATIVE, 2026)


def test_an_entry_goes_before_those_it_is_laid_over_for_its_titles_and_time_only(tmp_path):
    text = f"{HEADER}{DOCUMENTS}rules:\n  review.extension:\n" + extension(
        5, in_force="{from: 2027-01-01, to: 2028-12-31}"
    )
    rules = Regulation.load(file_of(tmp_path, text))
    for title, expiry, years in [
        (Title.INNOVATIVE, date(2026, 12, 31), 3),
        (Title.INNOVATIVE, date(2027, 1, 1), 5),
        (Title.GROWTH, date(2028, 12, 31), 5),
        (Title.GROWTH, date(2029, 1, 1), 3),
        (Title.SPECIALIZED, date(2027, 6, 1), 3),
    ]:
        assert rules.extended(title, expiry).year == expiry.year + years, (title, expiry)


def test_keyed_sections_are_added_to_and_others_replaced(tmp_path):
    text = HEADER + (
        "titles:\n  growth: {zh: 瞪羚企业, en: Gazelle, granted_by: bureau}\n"
        "authorities:\n  - {code: NP-YP, zh: 延平区工信局, en: Yanping}\n"
        "reminders:\n  update: {days_before: [20], at_start: true}\n"
        "escalation:\n  update: {authority: 5, bureau: null}\n"
    )
    rules = Regulation.load(file_of(tmp_path, text))
    assert (rules.names[Title.GROWTH], rules.names[Title.INNOVATIVE]) == ("瞪羚企业", "创新型中小企业")
    assert list(rules.authorities) == ["NP-YP"]
    assert (rules.reminder_stages("update"), rules.reminder_stages("review")) == ((20,), (60, 14, 7, 1))
    assert (rules.escalation("update"), rules.escalation("review")) == (Escalation(5, None), Escalation(7, 1))


def test_a_file_beside_it_can_be_extended_and_that_one_another(tmp_path):
    file_of(tmp_path, f"{HEADER}{DOCUMENTS}rules:\n  review.extension:\n{extension(4)}", "base.yaml")
    text = HEADER.replace("xiamen-2023", "base.yaml").replace("id: city", "id: third")
    third = Regulation.load(file_of(tmp_path, text + f"rules:\n  review.extension:\n{extension(5, 'growth')}"))
    assert third.extended(Title.GROWTH, date(2026, 1, 1)).year == 2031
    assert third.extended(Title.INNOVATIVE, date(2026, 1, 1)).year == 2030
    assert third.extended(Title.SPECIALIZED, date(2026, 1, 1)).year == 2029


@pytest.mark.parametrize(
    ("rules", "line", "says"),
    [
        ("  review.extension:\n" + extension(0), 8, "greater than or equal to 1"),
        ("  review.extensoin:\n" + extension(3), 7, "did you mean review.extension?"),
        ("  review.extension:\n" + extension(3).replace("document: city", "document: town"), 8, "unknown document 'town'"),
        ("  review.extension:\n" + extension(3) + extension(4, "growth"), 9, "overlaps rules.review.extension[0] (line 8)"),
        ("  review.extension:\n" + extension(3, in_force="{from: 2028-01-01, to: 2027-01-01}"), 8, "ends before it begins"),
        (
            f'  update.due:\n    - {{titles: [growth], value: {{day: "04-30", roll: false}}, {CITE}}}\n',
            6,
            "has no entry for growth",
        ),
    ],
)  # fmt: skip
def test_a_defect_is_named_with_its_line_in_the_file_itself(tmp_path, rules, line, says):
    error = refused(file_of(tmp_path, f"{HEADER}{DOCUMENTS}rules:\n{rules}"))
    found = [defect for defect in error.defects if says in defect.what]
    assert found, str(error)
    assert found[0].line == line
    assert all("city.yaml" in written for written in str(error).splitlines())


@pytest.mark.parametrize(
    ("extends", "says"),
    [
        ("xiamen-1999", "no such file, and not one of the shipped rules: miit-2026, xiamen-2023"),
        ("city.yaml", "city.yaml extends this file"),
        ("[]", "valid string"),
        ("broken.yaml", "broken.yaml:1: "),
    ],
)
def test_what_cannot_be_extended_is_refused_on_its_line(tmp_path, extends, says):
    file_of(tmp_path, "id: x\n", "broken.yaml")
    error = refused(file_of(tmp_path, HEADER.replace("xiamen-2023", extends)))
    found = [defect for defect in error.defects if says in defect.what]
    assert found, str(error)
    assert (found[0].line, found[0].where) == (2, "extends")


def test_files_that_extend_each_other_are_refused(tmp_path):
    file_of(tmp_path, HEADER.replace("xiamen-2023", "city.yaml"), "other.yaml")
    assert "city.yaml extends this file" in str(refused(file_of(tmp_path, HEADER.replace("xiamen-2023", "other.yaml"))))


YEARS = st.none() | st.integers(2000, 2030)


@given(YEARS, YEARS, YEARS, YEARS)
def test_what_is_left_of_a_time_is_exactly_what_the_other_does_not_cover(start, end, since, until):
    span, other = YearSpan(**{"from": start, "to": end}), YearSpan(**{"from": since, "to": until})
    if span.first() > span.last() or other.first() > other.last():
        return
    left = list(span.without(other))
    for year in range(1995, 2035):
        inside = span.first() <= year <= span.last() and not other.first() <= year <= other.last()
        assert sum(part.first() <= year <= part.last() for part in left) == inside


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 2, 1))


@given(DAYS, DAYS)
def test_dates_are_left_to_the_day(since, until):
    other = DateSpan(**{"from": since and since.isoformat(), "to": until and until.isoformat()})
    if other.first() > other.last():
        return
    left = list(DateSpan().without(other))
    assert (since is not None) + (until is not None) == len(left)
    assert [part.end for part in left if part.end] == ([since - timedelta(days=1)] if since else [])
    assert [part.start for part in left if part.start] == ([until + timedelta(days=1)] if until else [])
