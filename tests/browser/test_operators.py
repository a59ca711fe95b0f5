"""An operator sees how the services stand, and replays or discards what they could not take."""

import pytest

LONG = "没有这个称号的规则" + "长" * 300


def test_an_operator_sees_the_services_and_replays_and_discards_in_chinese(person, failed):
    (first, *_) = failed("changes", "一种错误", 3, LONG)
    operator = person("operator")
    assert operator.heading == "运行状况"
    operator.sees("企业信息")
    operator.sees("消息总线：正常")
    operator.check_accessible()
    operator.follow("查看失败消息")
    assert operator.heading == "失败消息"
    operator.sees("3条已停止")
    operator.check_accessible()
    operator.follow("一种错误")
    operator.check_accessible()
    operator.follow(first)
    operator.sees("139****5678")
    assert "13912345678" not in operator.page.content()
    operator.check_accessible()
    operator.follow("作废")
    assert operator.heading == "作废这1条消息？"
    operator.check_accessible()
    operator.follow("确认作废")
    operator.sees("作废原因：必填")
    operator.check_accessible()
    operator.fill({"reason": "测试数据 <script>alert(1)</script>"})
    operator.follow("确认作废")
    operator.sees("已作废：1条。")
    operator.open(f"/operators/failed/changes/{first}")
    operator.sees("测试数据 <script>alert(1)</script>")
    operator.open("/operators/failed")
    operator.follow("一种错误")
    operator.follow("全部重试")
    assert operator.heading == "重试这2条消息？"
    operator.check_accessible()
    operator.follow("确认重试")
    operator.sees("已安排重试：2条。")
    operator.check_accessible()


def test_the_same_in_english_on_a_phone(person, failed):
    failed("reviews", "AnotherError", 2, LONG)
    operator = person("operator", language="en", phone=True)
    assert operator.heading == "Services"
    operator.check_accessible()
    operator.follow("Failed messages")
    operator.check_accessible()
    operator.follow("AnotherError")
    operator.check_accessible()
    operator.follow("Discard all")
    assert operator.heading == "Discard messages: 2?"
    operator.fill({"reason": "sample data"})
    operator.check_accessible()
    operator.follow("Yes, discard")
    operator.sees("Discarded: 2.")


def test_it_works_without_a_script_and_by_keys_alone(person, failed):
    failed("notifier", "无脚本错误", 1)
    operator = person("operator", javascript=False).open("/operators/failed")
    operator.page.get_by_role("link", name="无脚本错误").press("Enter")
    operator.page.get_by_role("link", name="全部作废").press("Enter")
    operator.page.get_by_role("button", name="确认作废").press("Enter")
    operator.sees("作废原因：必填")
    operator.page.get_by_label("作废原因").fill("无效")
    operator.page.get_by_role("button", name="确认作废").press("Enter")
    operator.sees("已作废：1条。")


def test_what_could_not_be_read_is_shown_as_it_came(person, failed):
    (unread,) = failed("profile", "Unreadable", 1, "not an event", type_=None, body=b"\xff<b>no event")
    operator = person("operator").open("/operators/failed")
    operator.sees("无法识别")
    operator.open(f"/operators/failed/profile/{unread}")
    operator.sees("�<b>no event")
    operator.check_accessible()


def test_what_was_dealt_with_meanwhile_is_said(person, platform, failed):
    (once,) = failed("profile", "先处理了", 1)
    operator = person("operator").open(f"/operators/failed/profile/discard?event_id={once}")
    platform.call("operator", "POST", "/operations/profile/failed/discard", {"event_ids": [once], "reason": "无效"})
    operator.fill({"reason": "无效"})
    operator.follow("确认作废")
    operator.sees("没有可以处理的消息，可能已经处理完毕。")
    operator.check_accessible()


@pytest.mark.parametrize(
    "path", ["/operators/failed/nothing", "/operators/failed/changes", "/operators/failed/changes/x"]
)
def test_an_address_that_means_nothing_is_not_found(person, path):
    assert person("operator").open(path).heading == "找不到这个页面"


def test_an_officer_is_told_that_it_is_for_operators(person):
    officer = person("officer:XM-SM")
    assert officer.heading == "工作台"
    officer.check_accessible()
    officer.open("/operators/failed")
    officer.sees("此项仅限运维账号使用")
    officer.check_accessible()
    officer.follow("这个问题是什么意思")
    assert officer.heading == "无权进行此操作"
