"""`peiyu rules`: what it prints, and how it ends."""

from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

import shared.regulation
from services.cli.city import Firm, Held, sample_city
from services.cli.main import app
from services.cli.rules.compare import effects
from shared.regulation import Regulation, Title, last_instant
from shared.regulation.rulebook import DatedEntry
from shared.regulation.wording import value

WIDE = {"COLUMNS": "100", "TERM": "dumb"}
CONTACT = {"name": "林海燕", "mobile": "13959201234", "email": "contact@firm.example"}
SHIPPED = Path(shared.regulation.__file__).parent / "rules" / "xiamen-2023.yaml"
OLD, NEW = Regulation.load("xiamen-2023"), Regulation.load("miit-2026")


def peiyu(*arguments, **environment):
    return CliRunner().invoke(app, ["rules", *arguments], env=WIDE | environment)


def test_show_prints_every_rule_with_its_value_document_article_and_sentence_in_a_hundred_columns():
    done = peiyu("show", "--rules", "miit-2026", "--on", "2026-08-01")
    assert done.exit_code == 0, done.output
    assert all(cell_len(line) <= 100 for line in done.output.splitlines())
    for rule, _, basis in NEW.in_force(Title.LITTLE_GIANT, date(2026, 8, 1)):
        assert f"│ {rule} " in done.output
        assert basis.article in done.output
    for title in Title:
        assert (f"{NEW.title_name(title)}自评标准" in done.output) is (title is Title.INNOVATIVE)
    assert " 5分  其他领域 other" in done.output
    for words in ("4月30日，不顺延", "5月31日，不顺延", "届满前3个月至届满当日", "信息更新条款", "2026-07-01起"):
        assert words in done.output


def test_show_prints_when_duties_are_reminded_of_and_when_officers_call():
    lines = peiyu("show").output
    for words in (
        "截止前30、14、7、3、1、0天", "逾期后最后一次", "产生时；截止前60、14、7、1天", "区/管委会：截止前3天过后",
        "市工信局：截止日过后", "催办",
    ):  # fmt: skip
        assert words in lines, words


def test_check_names_calls_that_come_in_the_wrong_order(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8")
    file = tmp_path / "city.yaml"
    file.write_text(text.replace("review: {authority: 7, bureau: 1}", "review: {authority: 1, bureau: 7}"), "utf-8")
    done = peiyu("check", str(file))
    assert done.exit_code == 1
    assert "escalation.review: the bureau must come after the authority" in done.output.replace("\n", " ")


def test_show_takes_the_rules_of_the_settings_and_the_date_of_today():
    assert "miit-2026" in peiyu("show", PEIYU_RULES="miit-2026").output.splitlines()[0]
    assert "5月31日" not in peiyu("show", "--rules", "miit-2026", "--on", "2025-12-31").output


@pytest.mark.parametrize("rules", [OLD, NEW], ids=lambda rules: rules.id)
@pytest.mark.parametrize("title", list(Title))
def test_every_value_has_words(rules, title):
    for _, entry, _ in rules.in_force(title, date(2026, 8, 1)):
        assert [bool(words) for words in value(entry)] == [type(entry) is not DatedEntry] * 2


def test_compare_says_which_sample_firms_are_affected_and_how():
    done = peiyu("compare", "xiamen-2023", "miit-2026", "--on", "2026-05-10")
    assert done.exit_code == 0, done.output
    assert all(cell_len(line) <= 100 for line in done.output.splitlines())
    assert "更新截止 2026-04-30 → 2026-05-31" in done.output
    assert "未按时 → 按时" in done.output


def test_files_that_are_alike_affect_nobody():
    done = peiyu("compare", "xiamen-2023", "xiamen-2023", "--on", "2026-05-10")
    assert (done.exit_code, "→ 2026" in done.output) == (0, False)


def test_a_broken_file_is_told_with_every_defect_and_its_line(tmp_path):
    file = tmp_path / "city.yaml"
    file.write_text("id: City\nextends: xiamen-2023\nname: {zh: 市}\n", encoding="utf-8")
    for arguments in (("check", str(file)), ("show", "--rules", str(file)), ("compare", "xiamen-2023", str(file))):
        done = peiyu(*arguments)
        assert done.exit_code == 1
        assert "city.yaml:1: id: " in done.output
        assert "city.yaml:3: name.en: missing" in done.output


def test_a_sound_file_is_told_to_be_one():
    done = peiyu("check", "miit-2026")
    assert (done.exit_code, "可以使用" in done.output) == (0, True)
    assert peiyu("check", "xiamen-1999").exit_code == 1


def test_a_date_that_is_none_is_refused():
    assert peiyu("show", "--on", "yesterday").exit_code == 2


@pytest.mark.parametrize(
    ("on", "updated", "expected"),
    [
        (date(2026, 4, 30), None, "更新截止 2026-04-30 → 2026-05-31;受理期 2026-07-02—2026-10-08\n    → 2026-04-01—2026-07-01;不可申请 → 可申请复核（原因：复核申请自2026年7月2日至2026年10月8日受理，尚未开始。）"),
        (date(2026, 5, 10), None, "信息更新 未按时 → 按时"),
        (date(2026, 6, 1), None, "受理期"),
        (date(2026, 7, 2), date(2026, 4, 20), "可申请 → 不可申请复核：复核申请已于2026年7月1日截止。"),
    ],
)  # fmt: skip
def test_a_title_about_to_expire_is_told_what_changes_for_it(on, updated, expected):
    held = Held(Title.SPECIALIZED, date(2023, 7, 2), date(2026, 7, 1))
    firm = Firm("91350203MA31F1331W", "示例", "XM-SM", "厦门", CONTACT, 10, 10, "纸", [held])
    done = {2024: date(2024, 3, 1), 2025: date(2025, 3, 1)} | ({2026: updated} if updated else {})
    firm.updates = {year: last_instant(day) for year, day in done.items()}
    (effect,) = effects([firm], OLD, NEW, on)
    assert expected in ";".join(effect.words())


def test_a_firm_of_another_title_is_not_affected():
    firm = Firm("91350203MA31F1331W", "示例", "XM-SM", "厦门", CONTACT, 10, 10, "纸")
    firm.titles = [Held(Title.INNOVATIVE, date(2023, 7, 2), date(2026, 7, 1)), Held(Title.GROWTH, date(2023, 7, 2), date(2026, 7, 1))]  # fmt: skip
    assert list(effects([firm], OLD, NEW, date(2026, 6, 15))) == []


def test_criteria_that_differ_show_in_whose_assessment_changes(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8")
    file = tmp_path / "city.yaml"
    file.write_text(text.replace("    required: 60\n", "    required: 80\n"), encoding="utf-8")
    firms = sample_city(last_instant(date(2026, 6, 15)))[:300]
    found = list(effects(firms, OLD, Regulation.load(file), date(2026, 6, 15)))
    assert found
    for effect in found:
        assert effect.title is Title.INNOVATIVE
        (words,) = effect.words()
        assert words.startswith("自评 ")
        assert words.endswith("分不符合")
