"""Self-assessments (自评) as they are shown, and kept with an application. Pure: a firm's latest update and a day in.

What an application keeps is never computed again, whatever the firm or the rules become.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.contracts import Citation
from shared.regulation import Assessment, Figures, Outcome, Regulation, Title

FIGURES = TypeAdapter(Figures)


class AssessmentOutcome(StrEnum):
    """`unknown`: updates were submitted, but their figures are not known here; no news of the firm has come since."""

    MET = Outcome.MET
    NOT_MET = Outcome.NOT_MET
    UNDETERMINED = Outcome.UNDETERMINED
    NOTHING_SUBMITTED = "nothing_submitted"
    UNKNOWN = "unknown"


class Kept(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class SayingRecord(Kept):
    """A sentence in Chinese and English."""

    text: str
    text_en: str


class ScoreRecord(Kept):
    """An indicator (指标): the value of its measure in `unit`, the tier it reaches, the points.

    Where it is not computable `value` and `tier` are null and `missing` says why.
    """

    indicator: str
    name: SayingRecord
    measure: str
    unit: str
    value: Decimal | None
    tier: SayingRecord | None
    points: int
    maximum: int
    computable: bool
    missing: SayingRecord | None
    citation: Citation


class GroupRecord(Kept):
    """A group of indicators, with the points that are required of it."""

    group: str
    name: SayingRecord
    points: int
    maximum: int
    required: int
    scores: tuple[ScoreRecord, ...]


class DirectRecord(Kept):
    """A condition that is enough by itself (直通条件), with the evidence for it."""

    condition: str
    holds: bool
    evidence: tuple[SayingRecord, ...]
    citation: Citation


class AssessmentRecord(Kept):
    """A self-assessment as it was made on a day under some rules, from the update of `duty_year`."""

    on: date
    rules: str
    outcome: AssessmentOutcome
    duty_year: int | None = None
    submitted_at: datetime | None = None
    points: int | None = None
    required: int
    groups: tuple[GroupRecord, ...] = ()
    direct: tuple[DirectRecord, ...] = ()
    reasons: tuple[SayingRecord, ...]
    citation: Citation


NOTHING = SayingRecord(
    text="尚未提交过信息更新，无法自评。", text_en="No annual update was submitted yet; there is nothing to assess."
)
UNKNOWN = SayingRecord(
    text="平台尚未收到该企业最近一次信息更新的数据。",
    text_en="The figures of the latest update are not known here yet.",
)


def assessed(
    regulation: Regulation, title: Title, latest_update: Mapping[str, Any] | None, on: date, *, submitted: bool
) -> AssessmentRecord | None:
    """A title's self-assessment from the copy of its firm's latest update; None where the rules have none for it.

    `submitted`: whether the firm is known to have submitted an update at all.
    """
    criteria = regulation.criteria(title, on)
    if criteria is None:
        return None
    if latest_update is None:
        return AssessmentRecord(
            on=on,
            rules=regulation.id,
            outcome=AssessmentOutcome.UNKNOWN if submitted else AssessmentOutcome.NOTHING_SUBMITTED,
            required=criteria.required,
            reasons=(UNKNOWN if submitted else NOTHING,),
            citation=Citation.model_validate(regulation.assessment_basis(criteria)),
        )
    result = regulation.assess(title, FIGURES.validate_python(latest_update["figures"]), on)
    if result is None:
        raise AssertionError("a title with criteria is assessed")
    return AssessmentRecord(
        on=on,
        rules=regulation.id,
        outcome=AssessmentOutcome(result.outcome),
        duty_year=latest_update["duty_year"],
        submitted_at=latest_update["submitted_at"],
        points=result.points,
        required=result.required,
        groups=_groups(result),
        direct=tuple(
            DirectRecord(
                condition=each.condition,
                holds=each.holds,
                evidence=tuple(SayingRecord.model_validate(saying) for saying in each.evidence),
                citation=Citation.model_validate(each.basis),
            )
            for each in result.direct
        ),
        reasons=tuple(SayingRecord.model_validate(reason) for reason in result.reasons),
        citation=Citation.model_validate(result.basis),
    )


def _groups(result: Assessment) -> tuple[GroupRecord, ...]:
    return tuple(
        GroupRecord(
            group=group.group,
            name=SayingRecord.model_validate(group.name),
            points=group.points,
            maximum=group.maximum,
            required=group.required,
            scores=tuple(
                ScoreRecord(
                    indicator=score.indicator,
                    name=SayingRecord.model_validate(score.name),
                    measure=score.measure,
                    unit=score.measure.unit,
                    value=score.value,
                    tier=SayingRecord.model_validate(score.tier) if score.tier else None,
                    points=score.points,
                    maximum=score.maximum,
                    computable=score.missing is None,
                    missing=SayingRecord.model_validate(score.missing) if score.missing else None,
                    citation=Citation.model_validate(score.basis),
                )
                for score in group.scores
            ),
        )
        for group in result.groups
    )
