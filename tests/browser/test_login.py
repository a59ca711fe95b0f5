"""In and out, in both languages, with and without JavaScript."""

import pytest


@pytest.mark.parametrize(
    ("language", "title"), [("zh-CN", "优质中小企业梯度培育平台"), ("en", "Gradient cultivation of quality SMEs")]
)
def test_the_front_page_is_in_the_browsers_language_and_accessible(person, language, title):
    visitor = person(language=language).open("/")
    assert visitor.page.title().startswith(title)
    visitor.check_accessible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_firm_logs_in_switches_the_language_and_logs_out(person, javascript):
    clerk = person("firm:91350203MA31F1331W", javascript=javascript)
    assert clerk.heading == "待办事项"
    clerk.follow("English")
    assert clerk.heading == "To do"
    clerk.follow("Log out")
    assert clerk.page.url.split("?")[0] == f"{clerk.url}/"
    clerk.open("/home")
    assert "/login/authorize" in clerk.page.url


def test_who_acts_for_no_firm_is_told_what_to_do(person):
    assert person("person").heading == "账号还没有绑定企业"
    assert person("pending").heading == "账号正在审核"
