"""What officers do to an application for a review: to one in the order of the procedure, to many at once."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData

from services.portal import acting
from services.portal.account import Role
from services.portal.acting import OFFICERS, Act, only
from services.portal.forms import typed
from services.portal.words import N_

LIST = f"{OFFICERS}/reviews"
BETWEEN_NAMES = re.compile(r"[、，,；;\n]")
DECIDED = {"outcome": N_("决定"), "opinion": N_("审核意见")}


def _check(form: FormData) -> dict[str, Any]:
    """What was found on site; the inspectors are written in one field."""
    names = [name.strip() for name in BETWEEN_NAMES.split(typed(form).get("inspectors", ""))]
    return only("checked_on", "result", "findings")(form) | {"inspectors": [name for name in names if name]}


def _finding(form: FormData) -> dict[str, Any]:
    """What was found on an objection."""
    upheld = {"true": {"upheld": True}, "false": {"upheld": False}}
    return only("finding")(form) | upheld.get(typed(form).get("upheld", ""), {})


def _resubmission(form: FormData) -> dict[str, Any]:
    """The corrected application as the signed paper form has it."""
    fields = typed(form)
    parts = {name: fields.get(f"declaration.{name}") for name in ("signatory", "paper_reference")}
    declaration = {name: value for name, value in parts.items() if value}
    accepted = fields.get("declaration.accepted") == "true"
    return {"declaration": declaration | {"accepted": accepted}, "statement": fields.get("statement") or None}


ORDER = Act(
    "on_site_check_order",
    "on_site_check_ordered",
    N_("要求实地抽查"),
    N_("已安排实地抽查，企业将收到通知。"),
    "review_cases/order.html",
    only("reason"),
    {"reason": N_("理由")},
    path="on_site_check/order",
)
CHECK = Act(
    "on_site_check",
    "on_site_check_recorded",
    N_("填写实地抽查结果"),
    N_("实地抽查结果已填写。"),
    "review_cases/check.html",
    _check,
    {
        "checked_on": N_("抽查日期"),
        "inspectors": N_("抽查人员"),
        "result": N_("结果"),
        "findings": N_("抽查情况"),
    },
)
AUTHORITY = Act(
    "authority_decision",
    "authority_decision",
    N_("作出审核决定"),
    N_("审核决定已作出。"),
    "review_cases/decision.html",
    only("outcome", "opinion"),
    DECIDED,
    main=True,
    final=True,
)
BUREAU = replace(
    AUTHORITY,
    name="bureau_decision",
    code="bureau_decision",
    title=N_("作出复核决定"),
    done=N_("复核决定已作出，企业将收到通知。"),
)
MINISTRY = replace(
    AUTHORITY,
    name="ministry_decision",
    code="ministry_decision",
    title=N_("登记工信部决定"),
    done=N_("工信部决定已登记，企业将收到通知。"),
    form="review_cases/ministry.html",
    body=only("outcome", "opinion", "decided_on"),
    labels=DECIDED | {"decided_on": N_("工信部作出决定的日期")},
)
FINDING = Act(
    "finding",
    "objection_settled",
    N_("处理异议"),
    N_("异议已处理。"),
    "review_cases/finding.html",
    _finding,
    {"upheld": N_("异议是否成立"), "finding": N_("核查情况")},
    main=True,
    final=True,
)
OBJECTION = Act(
    "objections",
    "objected",
    N_("登记异议"),
    N_("异议已登记，处理完毕前不作出决定。"),
    "review_cases/objection.html",
    only("from_whom", "text"),
    {"from_whom": N_("异议人"), "text": N_("异议内容")},
)
RETURN = replace(acting.RETURN, code="returned")
RESUBMISSION = Act(
    "resubmission",
    "resubmitted",
    N_("代企业补正"),
    N_("已代企业重新提交。"),
    "review_cases/resubmission.html",
    _resubmission,
    {
        "statement": N_("申请说明"),
        "declaration.accepted": N_("承诺"),
        "declaration.signatory": N_("签署人姓名"),
        "declaration.paper_reference": N_("纸质材料编号"),
    },
)
ASSIGNMENT = replace(acting.ASSIGNMENT, code="assigned")
ACTS = (CHECK, AUTHORITY, BUREAU, MINISTRY, FINDING, OBJECTION, RETURN, RESUBMISSION, ORDER, ASSIGNMENT)
AT_ONCE: Mapping[Role, tuple[Act, ...]] = MappingProxyType(
    {"authority": (AUTHORITY, RETURN, ASSIGNMENT), "bureau": (BUREAU, MINISTRY, RETURN, ASSIGNMENT)}
)
"""What each office does to many applications at once."""
OUTCOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        AUTHORITY.name: ("passed", "rejected"),
        BUREAU.name: ("approved", "recommended", "rejected"),
        MINISTRY.name: ("approved", "rejected"),
    }
)
"""What is chosen from for many: what a title's own review does not have is said of each."""


def path_of(review_id: UUID) -> str:
    """Where an application is below the API."""
    return f"/reviews/{review_id}"
