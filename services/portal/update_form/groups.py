"""What is asked in an annual update (信息更新表): groups, each a page of the form, their fields and lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from services.portal.words import N_

Kind = Literal["line", "text", "number", "day", "choice", "yes_no", "box", "hidden"]
YUAN, PEOPLE, PIECES, YEARS, PER_CENT = N_("万元"), N_("人"), N_("件"), N_("年"), "%"
FIGURE_YEARS = 2
"""Years of figures that the form shows; another one may be added."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked; `name` within its group, or within its entry of a list."""

    name: str
    label: str
    kind: Kind = "line"
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Entries of a kind, as many as there are: each with the same fields. `one` is what an entry is called."""

    name: str
    title: str
    one: str
    fields: tuple[Field, ...]
    most: int = 30
    shown: int = 0
    """Rows that stand there empty, to begin with."""


@dataclass(frozen=True, slots=True)
class Group:
    """A page of the form. `kept`: what was told last time mostly still holds, and is filled in to be checked."""

    name: str
    title: str
    fields: tuple[Field, ...] = ()
    lists: tuple[Listed, ...] = ()
    kept: bool = False
    required: bool = True
    hint: str = ""


LEVELS = (("national", N_("国家级")), ("provincial", N_("省级")), ("municipal", N_("市级")))
HONOURS = (
    ("high_tech_enterprise", N_("高新技术企业")),
    ("innovation_demonstration", N_("技术创新示范企业")),
    ("ip_advantage", N_("知识产权优势企业")),
    ("ip_demonstration", N_("知识产权示范企业")),
)
SIZES = (("medium", N_("中型")), ("small", N_("小型")), ("micro", N_("微型")), ("large", N_("大型")))
OWNERSHIPS = (
    ("private", N_("民营")),
    ("state", N_("国有")),
    ("foreign", N_("外商投资")),
    ("joint", N_("合资")),
    ("other", N_("其他")),
)
DIGITAL_LEVELS = (("1", N_("一级")), ("2", N_("二级")), ("3", N_("三级")), ("4", N_("四级")))
MAIL_LANGUAGES = (("zh-CN", N_("中文")), ("en", N_("英文")))

GROUPS: tuple[Group, ...] = (
    Group(
        "basics",
        N_("基本信息"),
        (
            Field("legal_representative", N_("法定代表人")),
            Field("business_address", N_("经营地址")),
            Field("founded_on", N_("成立日期"), "day"),
            Field("registered_capital", N_("注册资本"), "number", YUAN),
            Field("size", N_("企业规模"), "choice", choices=SIZES),
            Field("industry_code", N_("行业代码"), hint=N_("国民经济行业分类代码，例如 C3921。")),
            Field("ownership", N_("企业类型"), "choice", choices=OWNERSHIPS),
            Field("contact.name", N_("联系人姓名"), hint=N_("提醒和办理结果发给联系人。")),
            Field("contact.mobile", N_("联系人手机")),
            Field("contact.email", N_("联系人邮箱")),
            Field("contact.language", N_("联系人邮件语言"), "hidden", choices=MAIL_LANGUAGES),
            Field("second_contact.name", N_("第二联系人姓名"), required=False),
            Field("second_contact.mobile", N_("第二联系人手机"), required=False),
            Field("second_contact.email", N_("第二联系人邮箱"), required=False),
            Field(
                "second_contact.language",
                N_("第二联系人邮件语言"),
                "hidden",
                choices=MAIL_LANGUAGES,
                required=False,
            ),
        ),
        kept=True,
    ),
    Group(
        "years",
        N_("经营数据"),
        (
            Field("staff", N_("职工总数"), "number", PEOPLE),
            Field("rd_staff", N_("研发人员"), "number", PEOPLE),
            Field("revenue", N_("营业收入"), "number", YUAN),
            Field("main_revenue", N_("主营业务收入"), "number", YUAN),
            Field("net_profit", N_("净利润"), "number", YUAN),
            Field("total_assets", N_("资产总额"), "number", YUAN),
            Field("total_liabilities", N_("负债总额"), "number", YUAN),
            Field("tax_paid", N_("上缴税金"), "number", YUAN),
            Field("rd_spending", N_("研发费用"), "number", YUAN),
            Field("equity_financing", N_("股权融资额"), "number", YUAN),
        ),
        hint=N_("按年度财务报表填写；亏损填负数，没有的填0。"),
    ),
    Group(
        "product",
        N_("主导产品"),
        (
            Field("name", N_("主导产品名称")),
            Field("category", N_("主导产品类别")),
            Field("years_in_niche", N_("从事细分市场年限"), "number", YEARS),
            Field("market_share", N_("国内市场占有率"), "number", PER_CENT),
            Field("strategic_industry", N_("属于战略性新兴产业"), "box"),
        ),
        kept=True,
    ),
    Group(
        "ip",
        N_("知识产权"),
        (
            Field("class_1", N_("I类知识产权"), "number", PIECES),
            Field("own_class_1", N_("其中：自主研发的I类知识产权"), "number", PIECES),
            Field("high_value_class_1", N_("其中：I类高价值知识产权"), "number", PIECES),
            Field("class_2", N_("II类知识产权"), "number", PIECES),
        ),
        hint=N_("只计与主导产品有关的，没有的填0。"),
    ),
    Group(
        "quality",
        N_("质量与数字化"),
        (Field("digital_level", N_("数字化水平"), "choice", choices=DIGITAL_LEVELS),),
        (
            Listed(
                "certificates",
                N_("管理体系和产品认证"),
                N_("证书"),
                (Field("", N_("证书名称"), required=False),),
                50,
                1,
            ),
        ),
        kept=True,
    ),
    Group(
        "compliance",
        N_("合规情况"),
        (
            Field("violations", N_("近三年是否发生严重违法失信、安全（质量、环境）事故等情况"), "yes_no"),
            Field("details", N_("具体情况"), "text", required=False, hint=N_("选“是”的，请说明。")),
        ),
    ),
    Group(
        "recognitions",
        N_("荣誉与资质"),
        lists=(
            Listed(
                "awards",
                N_("科技奖励"),
                N_("奖励"),
                (
                    Field("name", N_("奖励名称")),
                    Field("level", N_("级别"), "choice", choices=LEVELS),
                    Field("granted_on", N_("获奖日期"), "day"),
                ),
            ),
            Listed(
                "honours",
                N_("荣誉称号"),
                N_("荣誉"),
                (
                    Field("kind", N_("称号"), "choice", choices=HONOURS),
                    Field("valid_to", N_("有效期至"), "day"),
                ),
            ),
            Listed(
                "institutions",
                N_("研发机构"),
                N_("机构"),
                (Field("name", N_("机构名称")), Field("level", N_("级别"), "choice", choices=LEVELS)),
            ),
            Listed(
                "investments",
                N_("合格机构投资者实缴投资"),
                N_("投资"),
                (
                    Field("investor", N_("投资机构")),
                    Field("amount", N_("实缴额"), "number", YUAN),
                    Field("paid_on", N_("实缴日期"), "day"),
                ),
            ),
        ),
        kept=True,
        required=False,
        hint=N_("没有的不用填写，直接保存即可。"),
    ),
)
BY_NAME: Mapping[str, Group] = MappingProxyType({group.name: group for group in GROUPS})
FIGURES = BY_NAME["years"].fields
