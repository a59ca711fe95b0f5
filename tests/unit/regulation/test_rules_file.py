from datetime import date
from pathlib import Path

import pytest

import shared.regulation
from shared.regulation import Duty, Escalation, Regulation, Rule, RulesError, Title

SHIPPED = Path(shared.regulation.__file__).parent / "rules" / "xiamen-2023.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")


def line(fragment, text=TEXT):
    assert text.count(fragment) == 1, fragment
    return text[: text.index(fragment)].count("\n") + 1


def refused(tmp_path, text):
    file = tmp_path / "city.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError) as caught:
        Regulation.load(file)
    return caught.value


def replaced(old, new, text=TEXT):
    assert old in text, old
    return text.replace(old, new, 1)


def test_the_shipped_rules_load_by_name_and_by_path_alike(regulation):
    by_path = Regulation.load(SHIPPED)
    assert by_path.id == regulation.id == "xiamen-2023"
    assert by_path.basis("update.due") == regulation.basis("update.due")


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_cites_a_document_an_article_and_a_sentence_in_both_languages(regulation, rule):
    basis = regulation.basis(rule.value)
    assert basis.rule == rule
    assert basis.document in {"厦工信规〔2023〕2号", "平台运行约定"}
    assert basis.article
    assert basis.text.endswith("。")
    assert basis.text_en.endswith(".")


@pytest.mark.parametrize("title", list(Title))
def test_a_titles_own_sentence_is_cited(regulation, title):
    cancelled = regulation.basis("change_report.cancelled", title)
    assert ("工业和信息化部" in cancelled.text) is (title is Title.LITTLE_GIANT)


def test_the_bases_of_the_sanctions_name_their_articles(regulation):
    assert regulation.missed_update_basis.article == "第十二条"
    assert regulation.late_change_report_basis.article == "第十三条"


def test_a_rule_that_no_title_has_and_an_unknown_rule_are_errors(regulation):
    with pytest.raises(KeyError):
        regulation.basis("update.missed", Title.GROWTH)
    with pytest.raises(ValueError, match="nothing"):
        regulation.basis("nothing.at_all")


def test_facts_not_given_stay_in_the_sentence(regulation):
    assert "{source}" in regulation.basis("review.campaign").text
    assert "厦工信函" in regulation.basis("review.campaign", source="厦工信函").text


def test_the_seven_authorities_the_bureau_and_the_ministry_are_there(regulation):
    assert list(regulation.authorities) == ["XM-SM", "XM-HC", "XM-HL", "XM-JM", "XM-TA", "XM-XA", "XM-HJ"]
    assert (regulation.bureau.code, regulation.ministry.code) == ("XM-GXJ", "MIIT")


@pytest.mark.parametrize(
    ("text", "code"),
    [("思明区", "XM-SM"), (" 火炬管委会 ", "XM-HJ"), ("XM-TA", "XM-TA"), ("xm-ta", "XM-TA"), ("鼓楼区", None)],
)
def test_an_authority_is_found_by_the_names_that_lists_use(regulation, text, code):
    found = regulation.find_authority(text)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("创新型中小企业", Title.INNOVATIVE),
        ("专精特新中小企业", Title.SPECIALIZED),
        ("专精特新“小巨人”企业", Title.LITTLE_GIANT),
        ('专精特新"小巨人"企业', Title.LITTLE_GIANT),
        ("专精特新小巨人企业", Title.LITTLE_GIANT),
        ("成长型中小企业", Title.GROWTH),
        ("little_giant", Title.LITTLE_GIANT),
        ("独角兽企业", None),
    ],
)
def test_a_title_is_found_by_the_names_that_lists_use(regulation, text, title):
    assert regulation.find_title(text) is title


def test_titles_have_names_and_a_granting_body(regulation):
    assert regulation.title_name(Title.INNOVATIVE) == regulation.names[Title.INNOVATIVE] == "创新型中小企业"
    assert regulation.title_name(Title.GROWTH, "en") == "Growth SME"
    assert {t: regulation.granted_by(t) for t in Title} == dict.fromkeys(Title, "bureau") | {
        Title.LITTLE_GIANT: "ministry"
    }


def test_reminder_stages_are_those_of_the_notices(regulation):
    assert regulation.reminder_stages("update") == (30, 14, 7, 3, 1, 0)
    assert regulation.reminder_stages("change_report") == (30, 14, 7, 1)
    assert regulation.reminder_stages("review") == (60, 14, 7, 1)
    assert regulation.reminder_stages(Duty.RETURNED_CASE) == (7, 3, 1)
    assert regulation.reminders("review").at_start
    assert not regulation.reminders("update").at_start
    assert {duty for duty in Duty if regulation.reminders(duty).final_notice} == set(Duty) - {Duty.REVIEW}
    with pytest.raises(ValueError, match="nonsense"):
        regulation.reminder_stages("nonsense")


def test_officers_reach_a_firm_after_its_first_reminder_the_bureau_after_the_authority(regulation):
    assert {duty: regulation.escalation(duty) for duty in Duty} == {
        Duty.UPDATE: Escalation(3, 1),
        Duty.CHANGE_REPORT: Escalation(1, 0),
        Duty.REVIEW: Escalation(7, 1),
        Duty.RETURNED_CASE: Escalation(1, None),
    }
    assert regulation.address_overdue(date(2026, 4, 30)) == date(2026, 5, 8)  # 1 to 5 May are days off
    assert regulation.escalation_basis.document == "平台运行约定"


def test_an_unknown_name_lists_what_is_shipped():
    with pytest.raises(RulesError, match="xiamen-2023"):
        Regulation.load("xiamen-1999")


DEFECTS = [
    ("titles: [innovative, specialized, little_giant]", "titles: [innovativ]", "titles: [innovative, sp", "unknown value 'innovativ'"),
    ("  update:", "  updaet:", "  update: {", "unknown value 'updaet'"),
    ("  review.route:", "  review.rout:", "  review.route:", "unknown rule; did you mean review.route?"),
    ('day: "04-30"', 'day: "02-29"', 'day: "04-30"', "not a day of every year"),
    ('day: "04-30"', 'day: "30 April"', 'day: "04-30"', "not a day of the year"),
    ("roll: false}  # a fixed", "rol: false}  # a fixed", 'day: "04-30"', "unknown key"),
    ("value: {offset_years: 1}", "value: {}", "value: {offset_years", "missing"),
    ("value: {offset_years: 1}", "value: {offset_years: one}", "value: {offset_years", "valid integer"),
    ("value: {years: 3}", "value: {years: 0}", "value: {years: 3}", "greater than or equal to 1"),
    ("months: 1, roll: false", "months: 1, roll: true", "anchor: before_expiry", "cannot roll"),
    ("anchor: after_expiry", "anchor: some_day", "anchor: after_expiry", "unknown value 'some_day'"),
    ("steps: [authority, bureau, ministry]", "steps: [bureau, authority]", "steps: [authority, bureau, ministry]", "order"),
    ("number: 平台运行约定", "number: ''", "number: 平台", "at least 1 character"),
    ("{code: XM-HC,", "{code: XM-SM,", "{code: XM-HC,", "used twice"),
    ("{code: XM-HC,", "{code: 海沧,", "{code: XM-HC,", "match pattern"),
    ("days_before: [30, 14, 7, 3, 1, 0]", "days_before: [30, 30]", "days_before: [30, 14, 7, 3", "grow fewer"),
    ("update: {authority: 3, bureau: 1}", "update: {authority: 3, bureau: 3}", "update: {authority", "after the authority"),
    ("update: {authority: 3, bureau: 1}", "update: {authority: 31, bureau: 1}", "update: {authority", "before the first reminder"),
    ("update: {authority: 3, bureau: 1}", "update: {authority: soon, bureau: 1}", "update: {authority", "valid integer"),
    ("  bad_address: {bureau_after_working_days: 3}", "", "escalation:", "missing"),
    ("cite: {document: platform, article: 催办}", "cite: {document: civil, article: 催办}", "article: 催办", "unknown document 'civil'"),
    ("final_notice: false", "final_notice: maybe", "final_notice: false", "valid boolean"),
    ("{year}年度", "{years}年度", "{year}年度", "{years} is not known here"),
    ("{year}年度", "{year年度", "{year}年度", "braces do not match"),
    ("cite: {document: platform, article: 首次更新年度}", "cite: {document: civil, article: 一}", "首次更新年度", "unknown document 'civil'"),
    ("article: 首次更新年度", "articel: 一", "首次更新年度", "unknown key"),
    ("granted_by: ministry", "granted_by: mayor", "granted_by: ministry", "unknown value 'mayor'"),
    ("aliases: [成长型,", "aliases: [创新型,", "aliases: [成长型,", "already names innovative"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "says"), DEFECTS, ids=[d[3] for d in DEFECTS])
def test_a_defect_is_named_with_its_line(tmp_path, old, new, at, says):
    at_line = TEXT[: TEXT.index(at)].count("\n") + 1
    error = refused(tmp_path, replaced(old, new))
    found = [defect for defect in error.defects if says in defect.what]
    assert found, str(error)
    assert abs(found[0].line - at_line) <= 3, str(error)
    assert f"city.yaml:{found[0].line}: " in str(error)


def test_a_key_that_is_wrong_is_reported_on_its_very_line(tmp_path):
    error = refused(tmp_path, replaced("    number: 厦工信规〔2023〕2号\n", "    numbr: 厦工信规〔2023〕2号\n"))
    what = {(defect.line, defect.where, defect.what) for defect in error.defects}
    here = line("    number: 厦工信规〔2023〕2号\n")
    assert (here, "documents.xiamen.numbr", "unknown key") in what
    assert (here - 1, "documents.xiamen.number", "missing") in what


def test_an_entry_without_a_citation_is_refused(tmp_path):
    error = refused(tmp_path, replaced("      cite: {document: platform, article: 首次更新年度}\n", ""))
    (defect,) = [defect for defect in error.defects if defect.what == "missing"]
    assert defect.where == "rules.update.first_year[0].cite"
    assert defect.line == line("  update.first_year:") + 1


def test_every_defect_is_reported_not_the_first_alone(tmp_path):
    text = replaced('day: "04-30"', 'day: "04-31"')
    text = replaced("months: 3, roll: true}  #", "months: three, roll: true}  #", text)
    text = replaced("ministry: {code: MIIT,", "ministry: {cod: MIIT,", text)
    error = refused(tmp_path, text)
    places = [defect.where for defect in error.defects]
    assert set(places) == {
        "rules.update.due[0].value.day",
        "rules.change_report.due[0].value.months",
        "ministry.cod",
        "ministry.code",
    }
    assert [defect.line for defect in error.defects] == sorted(defect.line for defect in error.defects)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id: [", "not valid YAML"),
        ("id: a\nid: b\n", "not valid YAML"),
        ("- a\n- b\n", "must be a mapping"),
        ("", "must be a mapping"),
        ("id: a\nrules: {}\n", "missing"),
        (TEXT.split("\nrules:\n")[0] + "\nrules:\n  update.due: 30\n", "must be a list of entries"),
        (TEXT.split("\nrules:\n")[0] + "\nrules: {}\n", "review.window is missing"),
        (TEXT.split("\nrules:\n")[0] + "\nrules: 5\n", "valid dictionary"),
    ],
)
def test_a_file_without_its_structure_is_refused_with_a_reason(tmp_path, text, says):
    assert says in str(refused(tmp_path, text))


def test_a_file_that_is_not_text_is_refused(tmp_path):
    file = tmp_path / "city.yaml"
    file.write_bytes(b"id: \xff\xfe")
    with pytest.raises(RulesError, match="not UTF-8"):
        Regulation.load(file)
    with pytest.raises(RulesError, match="cannot be read"):
        Regulation.load(tmp_path)


FIRST = '    - titles: [innovative, specialized, little_giant]\n      value: {day: "04-30", roll: false}'


def dated_update(*entries):
    """The shipped rules, with update.due in force as given: (titles, years, day)."""
    start = TEXT.index("  update.due:")
    end = TEXT.index("  update.first_year:")
    cite = "cite: {document: xiamen, article: 第十二条}, text: {zh: 句。, en: Words.}"
    written = "".join(
        f'    - {{titles: [{titles}], in_force: {years}, value: {{day: "{day}", roll: false}}, {cite}}}\n'
        for titles, years, day in entries
    )
    return f"{TEXT[:start]}  update.due:\n{written}{TEXT[end:]}"


MINISTRY_2026 = (
    ("innovative", "{}", "04-30"),
    ("specialized, little_giant", "{to: 2025}", "04-30"),
    ("specialized, little_giant", "{from: 2026}", "05-31"),
)


def test_entries_follow_each_other_in_time_and_stand_side_by_side_for_titles(tmp_path):
    file = tmp_path / "miit.yaml"
    file.write_text(dated_update(*MINISTRY_2026), encoding="utf-8")
    regulation = Regulation.load(str(file))
    assert regulation.update_due(Title.SPECIALIZED, 2025).due == date(2025, 4, 30)
    assert regulation.update_due(Title.SPECIALIZED, 2026).due == date(2026, 5, 31)
    assert regulation.update_due(Title.INNOVATIVE, 2026).due == date(2026, 4, 30)


def test_a_review_before_expiry_can_begin_on_a_date(tmp_path):
    after = "    - titles: [specialized, little_giant, growth]\n      value: {anchor: after_expiry"
    before = (
        "    - {titles: [specialized, little_giant], in_force: {from: 2026-04-01},"
        " value: {anchor: before_expiry, months: 3, roll: false},"
        " cite: {document: xiamen, article: 一}, text: {zh: 句。, en: Words.}}\n"
        "    - {titles: [growth], value: {anchor: after_expiry, months: 3, roll: true},"
        " cite: {document: xiamen, article: 一}, text: {zh: 句。, en: Words.}}\n"
        "    - titles: [specialized, little_giant]\n"
        "      in_force: {to: 2026-03-31}\n"
        "      value: {anchor: after_expiry"
    )
    file = tmp_path / "miit.yaml"
    file.write_text(replaced(after, before), encoding="utf-8")
    regulation = Regulation.load(file)
    old = regulation.review_window(Title.SPECIALIZED, date(2026, 3, 31))
    new = regulation.review_window(Title.SPECIALIZED, date(2026, 4, 1))
    assert (old.opens, old.closes) == (date(2026, 4, 1), date(2026, 6, 30))
    assert (new.opens, new.closes) == (date(2026, 1, 1), date(2026, 4, 1))
    assert regulation.review_window(Title.GROWTH, date(2026, 4, 1)).opens == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("entries", "says", "nth"),
    [
        ((("specialized", "{to: 2026}", "04-30"), ("specialized", "{from: 2026}", "05-31")), "overlaps rules.update.due[0]", 2),
        ((("specialized", "{}", "04-30"), ("innovative, specialized", "{from: 2026}", "05-31")), "overlaps rules.update.due[0]", 2),
        ((("specialized", "{to: 2024}", "04-30"), ("specialized", "{from: 2026}", "05-31")), "gap after 2024", 2),
        ((("specialized", "{from: 2026, to: 2025}", "04-30"),), "ends before it begins", 1),
        ((("specialized", "{from: 2026-04-01}", "04-30"),), "valid integer", 1),
        ((("specialized", "{since: 2026}", "04-30"),), "unknown key", 1),
        ((("specialized, specialized", "{}", "04-30"),), "named twice", 1),
        ((("", "{}", "04-30"),), "at least 1 item", 1),
    ],
)  # fmt: skip
def test_entries_that_contradict_each_other_are_refused(tmp_path, entries, says, nth):
    text = dated_update(*entries)
    error = refused(tmp_path, text)
    found = [defect for defect in error.defects if says in defect.what]
    assert found, str(error)
    assert found[0].line == line("  update.due:", text) + nth


@pytest.mark.parametrize(
    ("in_force", "says"),
    [
        ("{from: 2023-02-01}", "nothing is in force before 2023-02-01"),
        ("{to: 2026-03-31}", "nothing is in force after 2026-03-31"),
        ("{from: 2026-02-30}", "is not a date"),
        ("{from: 20260401}", "is not a date"),
        ("{from: yesterday}", "is not a date"),
    ],
)
def test_a_rule_that_is_needed_has_no_hole_and_only_real_dates(tmp_path, in_force, says):
    text = replaced("      value: {years: 3}\n", f"      in_force: {in_force}\n      value: {{years: 3}}\n")
    error = refused(tmp_path, text)
    assert any(says in defect.what for defect in error.defects), str(error)
    assert all(abs(defect.line - line("  review.extension:")) <= 3 for defect in error.defects)


def test_a_rule_that_forgets_a_title_is_refused(tmp_path):
    text = replaced(
        "    - titles: [specialized, little_giant, growth]\n", "    - titles: [specialized, little_giant]\n"
    )
    error = refused(tmp_path, text)
    assert [(d.where, d.what) for d in error.defects] == [("rules.review.window", "has no entry for growth")]


def test_a_title_that_owes_an_update_needs_what_a_missed_one_costs(tmp_path):
    error = refused(tmp_path, dated_update(("innovative, specialized, little_giant, growth", "{}", "04-30")))
    assert {d.where for d in error.defects if "growth" in d.what} == {
        "rules.update.first_year", "rules.update.extended", "rules.update.missed"
    }  # fmt: skip
