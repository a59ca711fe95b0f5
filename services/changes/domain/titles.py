"""What may be decided on the titles that a firm holds: after a change, and for a change reported late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from services.changes.vocabulary import Status
from shared.contracts import SanctionChoice, SanctionOutcome, TitleOutcome
from shared.regulation import Basis, Regulation, Rule, Step, Title
from shared.web.problems import Defect

CHINESE: Mapping[TitleOutcome, str] = MappingProxyType(
    {
        TitleOutcome.RETAINED: "称号及有效期不变",
        TitleOutcome.CANCELLED: "取消称号",
        TitleOutcome.REFERRED: "报工业和信息化部",
    }
)


@dataclass(frozen=True, slots=True)
class Held:
    """A title that the firm holds."""

    certification_id: UUID
    title: Title


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the bureau wants for one title."""

    certification_id: UUID
    outcome: TitleOutcome
    reason: str


def offered(title: Title, regulation: Regulation) -> tuple[TitleOutcome, TitleOutcome]:
    """What the bureau can decide on a title (第十三条): it cancels its own, and refers the ministry's."""
    ministry = regulation.granted_by(title) is Step.MINISTRY
    return TitleOutcome.RETAINED, TitleOutcome.REFERRED if ministry else TitleOutcome.CANCELLED


def defects_of_decision(wanted: Sequence[Wanted], held: Iterable[Held], regulation: Regulation) -> list[Defect]:
    """Everything that keeps a decision from being one: every held title exactly once, each with what is offered."""
    titles = {each.certification_id: each.title for each in held}
    defects = []
    seen: set[UUID] = set()
    for number, each in enumerate(wanted):
        where = f"/decisions/{number}"
        title = titles.get(each.certification_id)
        if title is None:
            defects.append(
                Defect(
                    pointer=f"{where}/certification_id",
                    code="not_held",
                    detail="the enterprise holds no such title",
                    detail_zh="该企业未持有此称号",
                )
            )
        elif each.outcome not in offered(title, regulation):
            choices = offered(title, regulation)
            said = "、".join(CHINESE[choice] for choice in choices)
            defects.append(
                Defect(
                    pointer=f"{where}/outcome",
                    code="outcome_not_offered",
                    detail=f"for {title} the bureau can decide: {', '.join(choices)}",
                    detail_zh=f"对{regulation.title_name(title)}，市工信局可作出的决定：{said}",
                )
            )
        if each.certification_id in seen:
            defects.append(
                Defect(
                    pointer=f"{where}/certification_id",
                    code="decided_twice",
                    detail="this title is decided twice",
                    detail_zh="同一称号重复",
                )
            )
        seen.add(each.certification_id)
    for certification_id, title in titles.items():
        if certification_id not in seen:
            defects.append(
                Defect(
                    pointer="/decisions",
                    code="title_left_out",
                    detail=f"{title} {certification_id} is held and not decided",
                    detail_zh=f"未对所持有的{regulation.title_name(title)}作出决定",
                )
            )
    return defects


def after_decision(outcomes: Iterable[str]) -> Status:
    """Decided, once no title waits for the ministry."""
    return Status.REFERRED if TitleOutcome.REFERRED in set(outcomes) else Status.DECIDED


def basis_of(outcome: str, title: Title, regulation: Regulation) -> Basis:
    """What a decision on a title rests on."""
    retained = outcome == TitleOutcome.RETAINED
    return regulation.basis(Rule.CHANGE_REPORT_RETAINED if retained else Rule.CHANGE_REPORT_CANCELLED, title)


def consequence(choice: SanctionChoice, title: Title, regulation: Regulation) -> SanctionOutcome:
    """What a choice for a change not reported in time does to a title (第十三条): the ministry's is referred to it."""
    match choice:
        case SanctionChoice.EXCUSED:
            return SanctionOutcome.EXCUSED
        case SanctionChoice.REVOKE_ELIGIBILITY:
            return SanctionOutcome.REVOKE_ELIGIBILITY
        case SanctionChoice.CANCEL_TITLE:
            ministry = regulation.granted_by(title) is Step.MINISTRY
            return SanctionOutcome.REFER_TITLE if ministry else SanctionOutcome.CANCEL_TITLE


def defects_of_sanction(choice: SanctionChoice, wanted: Sequence[UUID] | None, held: Iterable[Held]) -> list[Defect]:
    """Everything that keeps a choice from being one: it names titles that are held, each once, or excuses."""
    titles = {each.certification_id for each in held}
    defects = []
    for number, certification_id in enumerate(wanted or ()):
        if certification_id not in titles:
            defects.append(
                Defect(
                    pointer=f"/certification_ids/{number}",
                    code="not_held",
                    detail="the enterprise holds no such title",
                    detail_zh="该企业未持有此称号",
                )
            )
        elif certification_id in (wanted or ())[:number]:
            defects.append(
                Defect(
                    pointer=f"/certification_ids/{number}",
                    code="named_twice",
                    detail="this title is named twice",
                    detail_zh="同一称号重复",
                )
            )
    if not titles and choice is not SanctionChoice.EXCUSED:
        defects.append(
            Defect(
                pointer="/choice",
                code="nothing_held",
                detail="the enterprise holds no title that it could lose",
                detail_zh="该企业目前未持有任何称号",
            )
        )
    return defects
