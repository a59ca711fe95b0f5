"""Help, the rules in force, the accessibility statement, a page for each problem."""

import pytest

PAGES = {
    "/help": ("帮助", "Help"),
    "/help/rules": ("现行规定", "Rules in force"),
    "/help/accessibility": ("无障碍声明", "Accessibility statement"),
    "/help/errors": ("出错提示", "Error messages"),
    "/api/docs": ("接口文档", "API reference"),
    "/api/docs/reviews.apply_for_review": ("申请复核", "Apply For Review"),
    "/problems/review-conditions-not-met": ("不符合复核申请条件", "The conditions for a review are not met"),
    "/problems/nothing": ("找不到这个页面", "Page not found"),
}


@pytest.mark.parametrize(("language", "phone"), [("zh-CN", False), ("en", True)])
def test_every_page_is_read_without_a_login_and_accessible(person, language, phone):
    visitor = person(language=language, phone=phone)
    for path, headings in PAGES.items():
        visitor.open(path)
        assert visitor.heading == headings[language == "en"]
        visitor.check_accessible()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_rules_of_a_date_are_asked_for(person, javascript):
    visitor = person(javascript=javascript).open("/help").open("/help/rules")
    visitor.sees("厦工信规〔2023〕2号")
    visitor.fill({"on": "2027-05-01"})
    visitor.follow("查看")
    visitor.sees("以下是2027年5月1日适用的规定")
    visitor.sees("下一次截止：2028年4月30日")
    visitor.sees("（年度）年度信息更新原定（原定日期）截止")
    visitor.fill({"on": "1900-01-01"})
    visitor.follow("查看")
    visitor.sees("哪一天的规定：不能小于1990-01-01")
    if javascript:  # axe is a script
        visitor.check_accessible()


def test_a_problem_is_found_from_the_list_of_all(person):
    visitor = person(language="en").open("/help")
    visitor.page.get_by_role("main").get_by_role("link", name="Error messages").click()
    visitor.follow("Somebody changed this since you read it")
    assert visitor.heading == "Somebody changed this since you read it"
    visitor.sees("/problems/stale-version")
