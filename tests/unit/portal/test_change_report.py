"""What a change report asks for, what it is spared, what is written of it."""

import pytest

from services.portal.change_report import content, document, label, marked, parties, retyped, rows, spared
from tests.unit.portal.reports import report

MOVE = {"type": "relocation", "before": "", "after": "", "details": {"from_place": "思明区", "to_place": "泉州市"}}


@pytest.mark.parametrize(
    ("field", "chinese", "english"),
    [
        ("reason", "变化原因", "Reason for the change"),
        ("details.counterparties.1.name", "对方企业名称（2）", "Other company's name (2)"),
        ("details.counterparties", "对方企业", "Other company"),
        ("details.colour", "变化详情", "Particulars"),
        ("colour", "整份报告", "The whole report"),
        ("", "整份报告", "The whole report"),
    ],
)
def test_a_field_has_its_name_and_one_that_is_none_its_groups(field, chinese, english):
    assert (label("zh-CN", field), label("en", field)) == (chinese, english)


@pytest.mark.parametrize(
    ("other", "asked_for", "not_asked"),
    [
        ({}, (), {"before", "after"}),
        ({"before": "", "after": ""}, (), {"before", "after"}),
        ({"after": "另有说明"}, (), {"before"}),
        ({}, ("after",), {"before"}),
        (MOVE, (), {"before", "after"}),
        ({"type": "control", "details": {}}, (), set()),
    ],
)
def test_before_and_after_are_asked_where_no_other_field_tells_them(other, asked_for, not_asked):
    assert set(spared(report(**other), asked_for)) == not_asked


def test_what_is_written_tells_before_and_after_by_the_fields_that_tell_the_same():
    typed = {
        "happened_on": "2026-05-09",
        "details.new_name": "厦门另名有限公司",
        "reason": "",
        "parties": "3",
        "id": "x",
    }
    assert document(report(), typed) == {
        "credit_code": "91350203MA31F1331W", "type": "rename", "occurrence_id": None, "happened_on": "2026-05-09",
        "before": "厦门旧名有限公司", "after": "厦门另名有限公司", "reason": "",
        "details": {"new_name": "厦门另名有限公司"}, "impact": {},
    }  # fmt: skip
    moved = document(report(**MOVE), {"details.from_place": "思明区", "details.to_place": "泉州市"})
    assert (moved["before"], moved["after"]) == ("思明区", "泉州市")
    assert document(report(), {"after": "另有说明"})["after"] == "另有说明"


def test_the_same_typed_again_is_the_same_document():
    for other in ({}, MOVE, {**MOVE, "details": {**MOVE["details"], "leaves_province": False}}):
        there = report(**other)
        typed = {name: text for name, text in content(there).items() if name not in spared(there)}
        assert document(there, typed) == document(there, content(there))


def test_a_report_of_another_type_keeps_what_that_asks_for_too():
    merger = retyped(report(), "merger", "2026-05-01")
    assert (merger["type"], merger["happened_on"], merger["details"]) == ("merger", "2026-05-01", {})
    assert (merger["before"], merger["after"], merger["reason"]) == ("", "", "业务发展")
    party = {"counterparties": [{"name": "甲", "credit_code": "1"}]}
    split = retyped(report(type="merger", details=party, before="一家", after="两家"), "split", "2026-05-08")
    assert (split["details"], split["before"]) == (party, "一家")
    renamed = retyped(report(type="control", details={}, before="甲", after="乙"), "rename", "2026-05-08")
    assert (renamed["before"], renamed["after"]) == ("甲", "乙")


def test_the_report_is_read_line_by_line_and_each_line_leads_to_its_field():
    lines = {each.label: (each.field, each.value) for each in rows(report(), "zh-CN")}
    assert lines["变化前情况"] == ("enterprise_name", "厦门旧名有限公司")
    assert lines["变化后情况"] == ("details.new_name", "厦门新名有限公司")
    assert lines["主导产品是否受到影响"] == ("impact.main_product_affected", "否")
    assert "变更后的企业名称" not in lines
    branch = {"country": "新加坡", "branch_name": "Example", "share": "60.5", "amount": "12000"}
    lines = {each.label: each.value for each in rows(report(type="overseas_branch", details=branch), "en")}
    assert (lines["Share"], lines["Amount invested"]) == ("60.5%", "12,000 ×10,000 yuan")
    party = {"counterparties": [{"name": "甲"}, {"name": "乙", "credit_code": "2"}]}
    lines = {each.label: each.value for each in rows(report(type="split", details=party), "zh-CN")}
    assert (lines["对方企业（1）"], lines["对方企业（2）"]) == ("甲\n", "乙\n2")


@pytest.mark.parametrize(
    "details", [{"counterparties": "甲"}, {"counterparties": [1]}, {"new_name": {"a": 1}}, {"x": []}]
)
def test_a_draft_with_odd_particulars_is_shown(details):
    for type_ in ("merger", "rename"):
        assert rows(report(type=type_, details=details), "zh-CN")
        assert spared(report(type=type_, details=details)) is not None


def test_what_is_wrong_is_told_in_the_order_of_the_form_and_once():
    wrong = [
        {"field": "after", "text": "必填"},
        {"field": "reason", "text": "必填"},
        {"field": "details.new_name", "text": "必填"},
        {"field": "", "text": "请核对"},
    ]
    found = marked("zh-CN", wrong, spared(report()))
    assert [(each["field"], each["label"]) for each in found] == [
        ("details.new_name", "变更后的企业名称"), ("reason", "变化原因"), ("", "整份报告"),
    ]  # fmt: skip
    (alone,) = marked("zh-CN", wrong[:1], spared(report()))
    assert (alone["field"], alone["label"]) == ("details.new_name", "变化后情况")


def test_rows_for_other_enterprises_are_counted():
    assert [parties({}), parties({"details.counterparties.2.name": ""})] == [0, 3]
