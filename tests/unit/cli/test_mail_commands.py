"""`peiyu mail`: every mail can be looked at, and what is wrong with one is named."""

import email
from email.policy import default

import pytest
from typer.testing import CliRunner

from services.cli.main import app
from services.notifier.mail.samples import catalogue


def run(*arguments):
    return CliRunner().invoke(app, ["mail", *arguments], env={"COLUMNS": "120"})


def test_without_a_kind_all_are_listed():
    listed = run("preview").stdout
    assert all(kind in listed for kind, _ in catalogue())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["update_due", "--stage", "7"], "【培育】还有7天：请于2026-04-30前提交2026年度信息更新"),
        (["update_due", "--stage", "overdue", "--language", "en"], "[Peiyu] Last reminder, 1 day overdue"),
        (["update_due", "--audience", "officers"], "3家企业尚未完成2026年度信息更新"),
        (["update_due"], "BEGIN:VCALENDAR"),
        (["update_due", "--portal-url", "https://py.xm.example"], "https://py.xm.example/update/2026"),
        (["update_received", "--format", "html"], "<!doctype html>"),
        (["firm_unreached", "--rules", "miit-2026"], "请电话联系"),
    ],
)
def test_a_kind_is_shown_as_its_reader_would_get_it(arguments, said):
    shown = run("preview", *arguments)
    assert shown.exit_code == 0
    assert said in shown.stdout


def test_a_whole_mail_can_be_opened_in_a_mail_program():
    message = email.message_from_bytes(run("preview", "update_due", "--format", "eml").stdout_bytes, policy=default)
    assert message["Subject"].startswith("【培育】还有30天")
    assert [each.get_filename() for each in message.iter_attachments()] == ["deadline.ics"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "There is no mail nothing"),
        (["update_received", "--stage", "7"], "update_received has no stages"),
        (["update_due", "--stage", "8"], "update_due has the stages 30, 14, 7, 3, 1, 0, overdue"),
        (["firm_unreached", "--audience", "firm"], "firm_unreached goes to officers only"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(arguments, said):
    refused = run("preview", *arguments)
    assert refused.exit_code == 1
    assert said in refused.output


def test_the_lint_is_content():
    assert run("lint").exit_code == 0
