"""The form of the annual update: what stands in its fields, the document that they make, what differs between two."""

import pytest

from services.cli.tour.forms import update_form
from services.portal.forms import flat
from services.portal.update_form.groups import BY_NAME, GROUPS
from services.portal.update_form.reading import differences, figures, last_told, lines
from services.portal.update_form.writing import document, label, placed, proposed, rows, typed_of, without
from services.profile.forms import UpdateForm

CODE = "91350203MA31F1331W"
FIRM = {"contact": {"name": "新联系人", "mobile": "13800138000", "email": "a@b.example", "language": "en"},
        "second_contact": None}  # fmt: skip


def last(year=2025):
    return {"duty_year": year, "form": update_form(CODE, year)}


def test_what_is_typed_group_by_group_is_a_whole_update():
    whole = update_form(CODE, 2026)
    form = {}
    for group in GROUPS:
        form = document(form, group, typed_of(whole, group))
    assert flat(form | {"duty_year": 2026}) == flat(whole)


def test_every_field_that_the_update_has_is_asked_and_named():
    schema = UpdateForm.model_json_schema()
    asked = {
        *(f"{group.name}.{field.name}" for group in GROUPS for field in group.fields),
        *(f"{group.name}.{each.name}" for group in GROUPS for each in group.lists),
    }
    wanted = set()
    for name, part in schema["properties"].items():
        if name == "duty_year":
            continue
        model = (part.get("items") or part)["$ref"].rpartition("/")[2]
        wanted |= {f"{name}.{field}" for field in schema["$defs"][model]["properties"]}
    contacts = {name for name in asked if "contact." in name}
    assert {*(asked - contacts), "basics.contact", "basics.second_contact", "years.year"} == wanted


@pytest.mark.parametrize("name", [group.name for group in GROUPS])
def test_a_group_that_is_saved_empty_is_there_with_its_defects(name):
    form = document({"ip": {"class_1": "1"}}, BY_NAME[name], {f"{name}.": ""})
    assert name in form
    assert "ip" in form


def test_an_empty_second_contact_is_left_out_and_a_year_with_nothing_but_its_number_too():
    fields = {"basics.second_contact.name": "", "basics.second_contact.language": "en"}
    assert document({}, BY_NAME["basics"], fields)["basics"] == {"contact": {}}
    fields = {f"years.{place}.year": str(2025 - place) for place in range(3)}
    assert document({}, BY_NAME["years"], fields)["years"] == [{"year": "2025"}, {"year": "2024"}]


def test_what_mostly_holds_is_filled_in_and_the_contact_is_the_present_one():
    fields = proposed({}, BY_NAME["basics"], last(), FIRM, 2026)
    assert fields["basics.legal_representative"] == "陈建国"
    assert fields["basics.contact.name"] == "新联系人"
    assert proposed({}, BY_NAME["ip"], last(), FIRM, 2026) == {}
    assert proposed({}, BY_NAME["ip"], last(2026), FIRM, 2026)["ip.class_2"] == "14"
    assert proposed({"basics": {"size": "micro"}}, BY_NAME["basics"], last(), FIRM, 2026) == {"basics.size": "micro"}


def test_the_figures_of_the_earlier_year_stand_there_and_beside_those_of_the_last():
    fields = proposed({}, BY_NAME["years"], last(), FIRM, 2026)
    assert (fields["years.0.year"], fields["years.1.year"]) == ("2025", "2024")
    assert "years.0.revenue" not in fields
    assert fields["years.1.revenue"] == "8100"
    assert last_told(BY_NAME["years"], last(), 2026, "zh-CN")["years.0.revenue"] == "8,100 万元"
    assert last_told(BY_NAME["product"], last(), 2026, "zh-CN")["product.market_share"] == "12.5%"


@pytest.mark.parametrize("years", ["nonsense", [1, 2], {"a": 1}, None, [{"year": "x"}]])
def test_a_draft_may_hold_anything(years):
    form = {"years": years}
    assert proposed(form, BY_NAME["years"], None, FIRM, 2026) == {"years.0.year": "2025", "years.1.year": "2024"}
    assert placed(form, "years.0.staff") == "years.0.staff"
    assert lines(form, BY_NAME["years"], "zh-CN") == []
    assert figures(form, "zh-CN")[0] == []


def test_a_defect_of_a_draft_with_the_years_in_another_order_stands_at_its_field():
    form = {"years": [{"year": 2024}, {"year": 2025}]}
    assert placed(form, "years.0.staff") == "years.1.staff"
    assert placed(form, "years.1.staff") == "years.0.staff"
    assert placed(form, "basics.size") == "basics.size"


def test_two_updates_differ_by_what_they_tell_of_the_same_year():
    before, after = update_form(CODE, 2025), update_form(CODE, 2026)
    after["product"]["strategic_industry"] = True
    after["quality"]["certificates"] = []
    found = dict(differences(before, after, "zh-CN"))
    assert [(each.label, each.before, each.after, each.how) for each in found["主导产品"]] == [
        ("属于战略性新兴产业", "否", "是", "changed")
    ]
    assert [each.how for each in found["质量与数字化"]] == ["removed"]
    assert {each.label[:5] for each in found["经营数据"] if each.how == "added"} == {"2025年"}
    assert {each.label[:5] for each in found["经营数据"] if each.how == "removed"} == {"2023年"}
    (revenue,) = [each for each in found["经营数据"] if each.label == "2024年营业收入"]
    assert (revenue.before, revenue.after, revenue.how) == ("8,100 万元", "7,600 万元", "changed")
    assert differences(before, before, "zh-CN") == []


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("basics.contact.mobile", "联系人手机"),
        ("years.1.revenue", "2024年营业收入"),
        ("years.2.revenue", "营业收入"),
        ("years", "经营数据"),
        ("recognitions.awards.1.level", "级别（2）"),
        ("recognitions.awards", "科技奖励"),
        ("quality.certificates.0", "证书名称（1）"),
        ("product", "主导产品"),
        ("nonsense", ""),
    ],
)
def test_a_field_is_called_as_on_its_page(field, name):
    assert label("zh-CN", field, update_form(CODE, 2026)) == name


def test_rows_are_counted_and_taken_out():
    fields = {"quality.certificates.0": "a", "quality.certificates.1": "b", "quality.certificates.10": "c"}
    assert rows(fields, "quality.certificates") == 11
    assert set(without(fields, "quality.certificates.1")) == {"quality.certificates.0", "quality.certificates.10"}
