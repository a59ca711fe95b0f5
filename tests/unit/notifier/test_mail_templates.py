"""Every kind of mail in both languages, and what a reader must find in it."""

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.notifier.mail.linting import lint
from services.notifier.mail.rendering import Renderer
from services.notifier.mail.samples import ADDRESSEES, CODE, NAME, catalogue, sample, stages
from services.notifier.repository.messages import Listed
from services.notifier.vocabulary import REMINDING, Audience, Kind
from shared.regulation import Regulation

REGULATION = Regulation.load("xiamen-2023")
PORTAL = "https://peiyu.example"
RENDERER = Renderer(REGULATION, PORTAL)
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
TEMPLATES = Path("services/notifier/templates").resolve()


def written(*items, language="zh-CN", today=date(2026, 4, 23), addressee="林海燕"):
    return RENDERER.render(list(items), language, today, addressee)


def item(kind, audience="firm", stage="", **facts):
    return sample(REGULATION, Kind(kind), Audience(audience), stage, **facts).item


def test_no_mail_has_a_defect_under_any_rules():
    for rules in ("xiamen-2023", "miit-2026"):
        assert lint(Regulation.load(rules), PORTAL) == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("kind", "audience"), list(catalogue()))
def test_every_mail_says_what_by_which_article_and_what_to_do(kind, audience, language):
    shown = sample(REGULATION, kind, audience, stages(REGULATION, kind)[-1], reason="<b>逾期</b>")
    mail = RENDERER.render([shown.item], language, shown.today, ADDRESSEES[audience])
    citation = shown.item.message.facts["citation"]
    assert mail.subject.startswith("【培育】" if language == "zh-CN" else "[Peiyu] ")
    for body in (mail.text, STYLE.sub("", mail.html)):
        for word in (citation["document"], citation["article"], f"{PORTAL}/", ADDRESSEES[audience]):
            assert word in body
        assert "{" not in body
    assert "<b>逾期" not in mail.html


@pytest.mark.parametrize(
    ("today", "subject"),
    [
        ("2026-04-23", "【培育】还有7天：请于2026-04-30前提交2026年度信息更新"),
        ("2026-04-29", "【培育】还有1天：请于2026-04-30前提交2026年度信息更新"),
        ("2026-04-30", "【培育】今天截止：请于2026-04-30前提交2026年度信息更新"),
        ("2026-05-02", "【培育】已逾期2天：请于2026-04-30前提交2026年度信息更新"),
    ],
)
def test_a_reminder_counts_the_days_that_are_left_on_the_day_it_is_sent(today, subject):
    mail = written(item("update_due", stage="7"), today=date.fromisoformat(today))
    assert mail.subject == subject
    first = mail.html.index("<strong>")
    assert mail.html[first:].startswith("<strong>2026-04-30（含当日）前提交")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh-CN",
            (
                f"企业：{NAME}（{CODE}）",
                "截止日期：2026-04-30（星期四），还有7天",
                "逾期后果：失去复核资格，称号有效期届满后不再延长。",
                "进入平台办理：\nhttps://peiyu.example/update/2026",
                "依据：厦工信规〔2023〕2号 第十二条\n",
            ),
        ),
        (
            "en",
            (
                f"Company: {NAME} ({CODE})",
                "Due: 2026-04-30 (Thursday), 7 days left",
                "If it is missed: The right to a review is lost",
                "Do it on the platform:\nhttps://peiyu.example/update/2026",
                "Basis: 厦工信规〔2023〕2号 第十二条\n",
            ),
        ),
    ],
)
def test_a_reminder_names_the_firm_the_weekday_what_is_at_stake_the_article_and_the_page(language, said):
    mail = written(item("update_due", stage="7"), language=language)
    for line in said:
        assert line in mail.text


def test_the_last_reminder_reads_as_the_last_one_to_the_firm_alone():
    for kind in ("update_due", "change_report_due", "review_window", "returned_case_due"):
        shown = sample(REGULATION, Kind(kind), Audience.FIRM, "overdue")
        mail = written(shown.item, today=shown.today)
        assert mail.subject.startswith("【培育】最后提醒，已逾期1天：")
        assert "最后一次提醒" in mail.text
        officers = written(item(kind, "officers", "overdue"), today=shown.today)
        assert "最后提醒" not in officers.subject


@pytest.mark.parametrize(
    ("today", "counted", "rolled"),
    [
        ("2026-08-01", "2026-08-08（星期六），还有7天", True),
        ("2026-08-09", "2026-08-10（星期一），还有1天", False),
        ("2026-08-11", "2026-08-10（星期一），已逾期1天", False),
    ],
)
def test_a_change_report_counts_to_its_own_day_until_that_is_over_and_then_to_the_day_it_rolled_to(
    today, counted, rolled
):
    mail = written(
        item("change_report_due", nominal_due="2026-08-08", due="2026-08-10"), today=date.fromisoformat(today)
    )
    assert counted in mail.text
    assert counted.partition("（")[0] in mail.subject
    assert ("最后期限：末日为休息日，依法顺延至2026-08-10（星期一）" in mail.text) is rolled


def test_several_items_are_one_mail_that_names_the_most_urgent_and_has_a_section_for_each():
    news, moved, due = item("update_received"), item("review_returned"), item("update_due", stage="7")
    mail = written(news, moved, due)
    assert mail.subject == "【培育】还有7天：请于2026-04-30前提交2026年度信息更新（另有2项）"
    assert mail.kinds == ("update_due", "review_returned", "update_received")
    assert mail.threads[0] == f"update.{CODE}.2026"
    headlines = re.findall(r"<strong>(2026[^<]*)</strong>", mail.html)
    assert len(headlines) == 3
    for each in headlines:
        assert mail.text.count(each) == 2  # in the list at the top and over its section
    assert mail.html.count('class="band" href=') == 3
    assert written(due).subject == "【培育】还有7天：请于2026-04-30前提交2026年度信息更新"


@pytest.mark.parametrize(
    ("kinds", "order"),
    [
        (["update_received", "eligibility_revoked"], ["eligibility_revoked", "update_received"]),
        (["eligibility_revoked", "update_due"], ["update_due", "eligibility_revoked"]),
        (["review_window", "eligibility_revoked"], ["eligibility_revoked", "review_window"]),
        (["review_returned", "update_due"], ["update_due", "review_returned"]),
    ],
)
def test_what_is_due_at_once_comes_first_then_what_may_cost_a_right_then_later_dates(kinds, order):
    mail = written(*map(item, kinds), today=date(2026, 4, 28))
    assert list(mail.kinds) == order


def test_a_digest_counts_every_firm_and_names_no_more_than_a_mail_can_carry():
    firms = [Listed(f"C{number}", f"厦门{number}公司") for number in range(1000)]
    mail = written(replace(item("update_due", "officers", "7"), listed=firms), addressee="思明区")
    assert "1000家企业尚未完成2026年度信息更新" in mail.subject
    assert "厦门299公司" in mail.text
    assert "厦门300公司" not in mail.text
    assert "另有700家" in mail.text


def test_officers_are_told_what_is_alike_together_and_no_more_than_can_be_read():
    items = [item("change_submitted", "officers", enterprise_name=f"厦门{n:02}公司") for n in range(50)]
    mail = written(*items, addressee="思明区")
    assert mail.subject.endswith("（另有49项）")
    assert "本邮件共50项" in mail.text
    assert "另有20项，请登录平台查看" in mail.text
    assert "厦门29公司" in mail.text
    assert "厦门30公司" not in mail.text
    assert mail.text.count("请这样办理") == 1
    assert mail.text.count("依据：") == 1
    assert mail.text.count("https://peiyu.example/officers/changes/") == 30


def test_a_firm_is_told_of_everything():
    items = [item("change_submitted", happened_on=f"2026-03-{n:02}") for n in range(1, 32)]
    mail = written(*items)
    assert mail.text.count("请这样办理") == 31
    assert "请登录平台查看" not in mail.text


def test_a_firm_that_is_named_like_a_script_is_only_a_name():
    name = "<script>alert(1)</script>&\r\nBcc: all@firm.example"
    mail = written(item("change_submitted", "officers", enterprise_name=name), addressee=name)
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "\n" not in mail.subject


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", [NAME, "R&D <Test> 有限公司", "{{ year }}", "a  b\nc", ""])
def test_a_mail_that_many_get_reads_as_if_it_were_written_for_one(language, name):
    for kind in REMINDING:
        for stage in stages(REGULATION, kind):
            for code in (CODE, "91350100M000100Y43"):
                shown = sample(REGULATION, kind, Audience.FIRM, stage, enterprise_name=name, credit_code=code)
                told = ([shown.item], language, shown.today, f"{name}经办人")
                assert RENDERER.render(*told) == RENDERER.write(*told)


def test_a_mail_that_is_answered_does_not_ask_not_to_be():
    answered = Renderer(REGULATION, PORTAL, answered=True)
    shown = item("update_received")
    assert "请勿直接回复" in written(shown).text
    assert "请勿直接回复" not in answered.render([shown], "zh-CN", date(2026, 4, 23), "林海燕").text


def test_the_version_of_a_template_changes_with_its_words_alone(tmp_path):
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    changed = folder / "zh-CN" / "update_due.txt"
    changed.write_text(changed.read_text().replace("信息更新", "年报"))
    other = Renderer(REGULATION, PORTAL, templates=str(folder))
    assert RENDERER.version("update_due", "firm", "zh-CN") != other.version("update_due", "firm", "zh-CN")
    for kind, audience, language in (("update_due", "officers", "zh-CN"), ("update_due", "firm", "en")):
        assert RENDERER.version(kind, audience, language) == other.version(kind, audience, language)


@pytest.mark.parametrize(
    ("file", "old", "new", "defect"),
    [
        ("zh-CN/update_received.txt", "{{ year }}年度", "{{ yeer }}年度", "cannot be rendered: UndefinedError"),
        ("zh-CN/update_received.txt", "{{ on }}", "{on}", "has a brace left: {on}"),
        ("zh-CN/review_decided.txt", "{% block todo %}", "{% block to_do %}", "the languages differ in their blocks"),
        ("en/update_due.txt", "{{ countdown }}", "{{ countdown * 9 }}", "its subject has"),
        ("en/officers/digest.txt", None, None, "there is no such template"),
        ("layout.html", "{{ group.first.page }}", "/update", "a link is not absolute: /update"),
        ("layout.txt", "{{ group.first.cited }}", "", "its text does not name the article"),
        ("en/update_due.txt", "{% block body %}", "{% block body %}{% endblock %}{% block more %}", "says nothing in"),
    ],
)  # fmt: skip
def test_the_lint_names_what_is_wrong_with_a_template(tmp_path, file, old, new, defect):
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    path = folder / file
    if old is None:
        path.unlink()
    else:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
    found = [str(each) for each in lint(REGULATION, PORTAL, str(folder))]
    assert any(defect in each for each in found), found


def test_every_day_of_the_week_has_its_name():
    days = [date(2026, 4, 27) + timedelta(days=n) for n in range(7)]
    for names, language in (
        ("一二三四五六日", "zh-CN"),
        (("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"), "en"),
    ):
        for day, name in zip(days, names, strict=True):
            shown = item("returned_case_due", due=day.isoformat())
            full = f"（星期{name}）" if language == "zh-CN" else f" ({name}day)"
            assert f"{day}{full}" in written(shown, language=language).text


def test_an_office_that_gets_no_mail_has_no_credit_code():
    mail = written(item("firm_unreached", "officers", credit_code=None, enterprise_name="思明区工业和信息化局"))
    assert "统一社会信用代码" not in mail.text
    assert "联系人" not in mail.text
    assert "联系该部门" in mail.text
