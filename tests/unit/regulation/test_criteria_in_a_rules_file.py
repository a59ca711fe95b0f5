"""The assessment section of a rules file: its defects with their lines, and criteria that follow each other."""

from datetime import date

import pytest

from shared.regulation import Regulation, Title
from tests.unit.regulation.test_rules_file import TEXT, line, refused, replaced

CRITERIA = TEXT[TEXT.index("  - titles: [innovative]\n    cite: {document: criteria") :]
RD_FIRST = "{at_least: 5, points: 20, zh: 5%以上, en: 5% or more}"


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("    required: 60\n", "    required: 101\n", "    required: 60\n", "less than or equal to 100"),
        ("        points: 40\n", "        points: 35\n", "        points: 40\n", "the indicators of innovation give 40 points together, not 35"),
        ("        points: 40\n", "        points: 35\n", "    groups:\n", "the groups give 95 points together, not 100"),
        ("        required: 20\n", "        required: 45\n", "        required: 20\n", "45 points are required of 40"),
        (RD_FIRST, RD_FIRST.replace("20", "15"), "{at_least: 3, points: 15", "points must grow fewer from tier to tier"),
        (RD_FIRST, RD_FIRST.replace("5, p", "2, p"), "{at_least: 3, points: 15", "its bound on rd_intensity is not weaker"),
        (RD_FIRST, RD_FIRST.replace("at_least: 5, ", ""), RD_FIRST, "a tier needs at_least or at_most"),
        (RD_FIRST, RD_FIRST.replace("at_least: 5", "at_least: 5, at_most: 9"), RD_FIRST, "a tier needs at_least or at_most"),
        (RD_FIRST, RD_FIRST.replace("at_least: 5", "at_least: five"), RD_FIRST, "decimal"),
        ("{at_most: 75, points: 5", "{at_most: 50, points: 5", "{at_most: 75, points: 5", "its bound on debt_ratio is not weaker"),
        ("{at_most: 75, points: 5", "{at_least: 5, points: 5", "{at_most: 75, points: 5", "its bound on debt_ratio is not weaker"),
        ("{points: 0, zh: 负增长", "{at_least: -5, points: 0, zh: 负增长", "{points: 0, zh: 负增长", "takes what is left and has no bound"),
        ("            measure: debt_ratio\n", "            measure: debts\n", "            measure: debt_ratio\n", "unknown value 'debts'"),
        ("measure: high_value_class_1", "measure: class_9", "{measure: high_value_class_1", "unknown value 'class_9'"),
        ("          debt_ratio:\n", "          rd_intensity:\n", "          debt_ratio:\n", "rd_intensity is named twice"),
        ("        kind: award\n", "        kind: prize\n", "      science_award:\n", "kind"),
        ("        within_years: 3\n        article: 附件1 公告条件（一）\n", "        article: 附件1 公告条件（一）\n", "      science_award:\n", "missing"),
        ("        levels: [national, provincial]\n        within", "        levels: [galactic]\n        within", "      science_award:\n", "unknown value 'galactic'"),
        ("        amount: 500  # 万元\n", "        amount: 0\n", "        amount: 500  # 万元\n", "greater than 0"),
        ("cite: {document: criteria,", "cite: {document: criterion,", "cite: {document: criteria,", "unknown document 'criterion'"),
        ("zh: 评价得分60分以上", "zh: 评价得分{points}分以上", "  - titles: [innovative]\n    cite", "{points} is not known here"),
    ],
)  # fmt: skip
def test_a_defect_of_the_criteria_is_named_with_its_line(tmp_path, old, new, at, says):
    error = refused(tmp_path, replaced(old, new))
    found = [defect for defect in error.defects if says in defect.what]
    assert found, str(error)
    assert abs(found[0].line - line(at)) <= 2, str(error)
    assert found[0].where.startswith("assessment[0]")


def test_a_file_without_criteria_is_refused(tmp_path):
    without = TEXT[: TEXT.index("assessment:\n")]
    assert [(d.where, d.what) for d in refused(tmp_path, without).defects] == [("assessment", "missing")]
    assert "at least 1 item" in str(refused(tmp_path, f"{without}assessment: []\n"))


def test_criteria_follow_each_other_in_time(tmp_path):
    old = CRITERIA.replace("[innovative]\n", "[innovative]\n    in_force: {to: 2027-12-31}\n")
    new = CRITERIA.replace("[innovative]\n", "[innovative, growth]\n    in_force: {from: 2028-01-01}\n")
    file = tmp_path / "city.yaml"
    file.write_text(TEXT.replace(CRITERIA, old + new.replace("required: 60", "required: 70")), encoding="utf-8")
    rules = Regulation.load(file)
    assert rules.criteria(Title.INNOVATIVE, date(2027, 12, 31)).required == 60
    assert rules.criteria(Title.INNOVATIVE, date(2028, 1, 1)).required == 70
    assert rules.criteria(Title.GROWTH, date(2027, 12, 31)) is None
    error = refused(tmp_path, TEXT.replace(CRITERIA, CRITERIA + new))
    assert "overlaps assessment[0]" in str(error)


def test_criteria_laid_over_others_go_before_them(tmp_path):
    merged = CRITERIA.replace("[innovative]\n", "[innovative]\n    in_force: {from: 2028-01-01}\n")
    file = tmp_path / "merged.yaml"
    header = "id: merged\nextends: miit-2026\nname: {zh: 合并标准, en: Merged}\nassessment:\n"
    file.write_text(header + merged.replace("required: 60", "required: 65"), encoding="utf-8")
    rules = Regulation.load(file)
    assert [rules.criteria(Title.INNOVATIVE, date(year, 6, 1)).required for year in (2026, 2028)] == [60, 65]
    file.write_text(header + merged.replace("points: 40", "points: 41"), encoding="utf-8")
    error = refused(tmp_path, file.read_text(encoding="utf-8"))
    assert "the groups give 101 points" in str(error)
