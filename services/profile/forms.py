"""What firms and officers send: registration, contact, and the form of the annual update (信息更新表).

Amounts are in 万元 (ten thousand yuan), people in 人, shares in per cent.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator

from shared.regulation import Duty, HonourKind, Level, Title
from shared.web.fields import (
    AuthorityCode,
    ContactForm,
    CreditCode,
    Declaration,
    Form,
    Line,
    PastDate,
    Prose,
    wrong,
)

FIRST_YEAR, LAST_YEAR = 2010, 2100
MOST = 30

Amount = Annotated[Decimal, Field(max_digits=16, decimal_places=4)]
Positive = Annotated[Amount, Field(ge=0)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class Registration(Form):
    """A firm to be entered by an officer."""

    credit_code: CreditCode
    name: Line
    authority: AuthorityCode
    registered_place: Line
    contact: ContactForm
    second_contact: ContactForm | None = None


class Extension(Form):
    """A deadline to be moved by a notice (延期), `source`: for titles, in some authorities or (null) in all."""

    duty: Literal[Duty.UPDATE] = Duty.UPDATE
    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    titles: Annotated[list[Title], Field(min_length=1, max_length=len(Title))]
    authorities: Annotated[list[AuthorityCode], Field(min_length=1, max_length=500)] | None = None
    due: date
    source: Line


class ExtensionWithdrawal(Form):
    """Why a deadline extension no longer holds."""

    reason: Prose


class DelegationRequest(Form):
    """Why a natural person asks to act for a firm."""

    statement: Prose


class DelegationDecision(Form):
    """The firm's answer: whether the person acts for it, and until when (null: without end). A refusal has a reason."""

    accepted: Annotated[bool, Field(strict=True)]
    until: date | None = None
    reason: Prose | None = None

    model_config = Form.model_config | {"validate_default": True}

    @field_validator("reason")
    @classmethod
    def _told(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("accepted") is False and reason is None:
            wrong("not_told", "say why it is refused", "请说明不同意的原因")
        return reason


class DelegationEnd(Form):
    """Why a natural person acts for a firm no longer."""

    reason: Prose


class Size(StrEnum):
    """企业规模, by the national standard of 2011. A large enterprise can no longer hold a title, but may say so."""

    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"
    LARGE = "large"


class Ownership(StrEnum):
    """企业类型."""

    STATE = "state"
    PRIVATE = "private"
    FOREIGN = "foreign"
    JOINT = "joint"
    OTHER = "other"


class Basics(Form):
    """基本信息. Name and registered place are not among them: they change through a change report.

    The contacts replace those of the profile; a second one that is not named stays as it is.
    """

    legal_representative: Line
    business_address: Line
    founded_on: PastDate
    registered_capital: Positive
    size: Size
    industry_code: Annotated[str, Field(pattern=r"^[A-T]?\d{2,4}$", examples=["C3921"])]
    ownership: Ownership
    contact: ContactForm
    second_contact: ContactForm | None = None


class YearFigures(Form):
    """经营数据 of one calendar year."""

    year: Annotated[int, Field(ge=1990, le=2100)]
    staff: Count
    rd_staff: Count
    revenue: Positive
    main_revenue: Positive
    net_profit: Amount
    total_assets: Positive
    total_liabilities: Positive
    tax_paid: Amount
    rd_spending: Positive
    equity_financing: Positive

    @field_validator("rd_staff")
    @classmethod
    def _within_staff(cls, rd_staff: int, info: ValidationInfo) -> int:
        if (staff := info.data.get("staff")) is not None and rd_staff > staff:
            wrong(
                "more_than_staff",
                f"R&D staff {rd_staff} exceed the staff of {staff}",
                f"研发人员{rd_staff}人多于职工总数{staff}人",
            )
        return rd_staff

    @field_validator("main_revenue")
    @classmethod
    def _within_revenue(cls, main_revenue: Decimal, info: ValidationInfo) -> Decimal:
        if (revenue := info.data.get("revenue")) is not None and main_revenue > revenue:
            wrong(
                "more_than_revenue",
                f"main-business revenue {main_revenue} exceeds the revenue of {revenue}",
                f"主营业务收入{main_revenue}万元大于营业收入{revenue}万元",
            )
        return main_revenue


class Product(Form):
    """主导产品. `market_share` in per cent.

    `strategic_industry`: it is in the catalogue of strategic emerging industries (战略性新兴产业分类); not unless said.
    """

    name: Line
    category: Line
    years_in_niche: Annotated[int, Field(ge=0, le=200)]
    market_share: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
    strategic_industry: bool = False


class IntellectualProperty(Form):
    """知识产权 tied to the main product, in pieces: class I (I类), of which own and high-value, and class II."""

    class_1: Count
    own_class_1: Count
    high_value_class_1: Count
    class_2: Count

    @field_validator("own_class_1", "high_value_class_1")
    @classmethod
    def _within_class_1(cls, part: int, info: ValidationInfo) -> int:
        if (whole := info.data.get("class_1")) is not None and part > whole:
            wrong("more_than_class_1", f"{part} exceed the {whole} of class I", f"{part}件多于I类知识产权总数{whole}件")
        return part


class Quality(Form):
    """质量与数字化: certificates held, and the digital level (数字化水平) from 1 to 4."""

    certificates: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    digital_level: Annotated[int, Field(ge=1, le=4)]


class Compliance(Form):
    """合规情况: whether there were serious violations or accidents in the last three years, and which."""

    violations: bool
    details: Prose | None = None

    @field_validator("details")
    @classmethod
    def _told(cls, details: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("violations") and not details:
            wrong("not_told", "say what happened", "请说明具体情况")
        return details

    model_config = Form.model_config | {"validate_default": True}


class AwardForm(Form):
    """科技奖励: a science award, who gave it, and when."""

    name: Line
    level: Level
    granted_on: PastDate


class HonourForm(Form):
    """荣誉称号 with the last day of its validity."""

    kind: HonourKind
    valid_to: Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]


class InstitutionForm(Form):
    """研发机构 that was recognised, and by whom."""

    name: Line
    level: Level


class InvestmentForm(Form):
    """合格机构投资者实缴额: equity that a qualified institution paid in, in 万元, and when."""

    investor: Line
    amount: Positive
    paid_on: PastDate


class Recognitions(Form):
    """荣誉与资质: what may be enough by itself in the self-assessment (直通条件). Whoever has none leaves it out."""

    awards: Annotated[tuple[AwardForm, ...], Field(max_length=MOST)] = ()
    honours: Annotated[tuple[HonourForm, ...], Field(max_length=MOST)] = ()
    institutions: Annotated[tuple[InstitutionForm, ...], Field(max_length=MOST)] = ()
    investments: Annotated[tuple[InvestmentForm, ...], Field(max_length=MOST)] = ()


def _duty_year(year: int) -> int:
    if year < FIRST_YEAR:
        wrong("impossible_year", f"not before {FIRST_YEAR}", f"不早于{FIRST_YEAR}年")
    return year


class UpdateForm(Form):
    """The annual update for `duty_year`: figures of two or three years, the last of them the year before."""

    duty_year: Annotated[int, AfterValidator(_duty_year)]
    basics: Basics
    years: Annotated[list[YearFigures], Field(min_length=2, max_length=3)]
    product: Product
    ip: IntellectualProperty
    quality: Quality
    compliance: Compliance
    recognitions: Recognitions = Recognitions()

    @field_validator("years")
    @classmethod
    def _contiguous(cls, years: list[YearFigures], info: ValidationInfo) -> list[YearFigures]:
        ordered = sorted(years, key=lambda figures: figures.year)
        found = [figures.year for figures in ordered]
        if found != list(range(found[0], found[0] + len(found))):
            wrong("not_contiguous", f"the years {found} do not follow each other", f"年份{found}不连续")
        duty_year = info.data.get("duty_year")
        if duty_year is not None and found[-1] != duty_year - 1:
            wrong(
                "wrong_data_year",
                f"the update for {duty_year} ends with the figures of {duty_year - 1}, not {found[-1]}",
                f"{duty_year}年度更新应填至{duty_year - 1}年数据，现填至{found[-1]}年",
            )
        return ordered


class UpdateSubmission(UpdateForm):
    """An annual update with its declaration."""

    declaration: Declaration


def defects_of_draft(form: dict[str, Any]) -> ValidationError | None:
    """What a saved draft still lacks for its submission; its declaration is given when it is submitted."""
    try:
        UpdateForm.model_validate({name: value for name, value in form.items() if name != "declaration"})
    except ValidationError as error:
        return error
    return None
