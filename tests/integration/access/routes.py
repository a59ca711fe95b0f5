"""Who may do what: every route of the API, the accounts that it is for, and what is sent to it.

`firm`, `authority`, `bureau` and `operator` are written F, A, B and O. A route that is not here, or a query parameter of
which nobody said what it can point at, fails the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.cli.credit_codes import invented_code
from services.cli.tour.forms import DECLARATION, change_form, contact, update_form

FIRM, OWN, THIRD = map(invented_code, range(7001, 7004))
AUTHORITY, ELSEWHERE = "XM-SM", "XM-XA"
REASON = {"reason": "情况属实"}
DECLARED = {"declaration": DECLARATION | {"paper_reference": "纸质2026-7"}}
OPINION = {"meets_criteria": True, "opinion": "属实"}
RETURN = {"defects": [{"field": "", "text": "请补充材料"}]}
SANCTION = {"choice": "excused"} | REASON
NOTICE = {"year": 2027, "titles": ["innovative"], "due": "2027-06-26", "source": "厦工信企业〔2027〕1号"}
CAMPAIGN = {
    "titles": ["specialized"], "expires_from": "2027-01-01", "expires_to": "2027-12-31", "opens": "2028-01-01",
    "closes": "2028-02-01", "source": "厦工信企业〔2027〕2号",
}  # fmt: skip
LIST = {"file": ("list.csv", "统一社会信用代码,企业名称,所属区,称号,有效期起,有效期止\n".encode())}
PDF = {"file": ("scan.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")}


@dataclass(frozen=True)
class Route:
    """Who uses it: in their own reach if it is about a firm or an office (`scoped`), else anybody of these roles."""

    roles: str
    body: Any = None
    files: Mapping[str, Any] | None = None
    content: bytes | None = None
    scoped: bool = True
    refusals: tuple[int, ...] = (404,)
    """How those are refused whose role is right but in whose reach the thing is not."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Query parameters that it cannot do without."""
    one_by_one: bool = False
    """It answers 200, with a result for each of the things that it names."""
    persons_may: bool = False
    """Natural persons may, whatever the firm: a test of its own says what they get."""


def _everybody(roles: str = "FABO", **more: str) -> Route:
    return Route(roles, scoped=False, more=more)


def _staff(roles: str, body: Any = None, **more: Any) -> Route:
    return Route(roles, body, scoped=False, **more)


def _listed(roles: str = "FABO", **more: str) -> Route:
    """A list, or numbers, of which everybody has their own part."""
    return Route(roles, refusals=(200, 404), more=more)


def routes(known: Mapping[str, str]) -> dict[str, Route]:
    """Every route but the public ones; `known` are the ids of FIRM's things by the names of the parameters."""
    answer = {
        "certification_id": known["certification_id"],
        "outcome": "retained",
        "answered_on": "2026-04-20",
    } | REASON
    change = change_form(FIRM, "2026-04-01", old="旧", new="新")
    assignment = {"assignee": "me"}
    choice = {"event_ids": [known["event_id"]]}
    bulk = {"act": "assignment", "body": assignment}
    profile = {
        "POST /enterprises": Route(
            "AB",
            {
                "credit_code": FIRM,
                "name": "他名",
                "authority": ELSEWHERE,
                "registered_place": "厦门",
                "contact": contact(FIRM),
            },
            refusals=(409, 422),
        ),
        "GET /enterprises": _listed(),
        "GET /enterprises/{credit_code}": Route("FABO"),
        "PUT /enterprises/{credit_code}/contact": Route("FAB", contact(FIRM)),
        "PUT /enterprises/{credit_code}/second_contact": Route("FAB", contact(FIRM)),
        "DELETE /enterprises/{credit_code}/second_contact": Route("FAB"),
        "GET /enterprises/{credit_code}/update_drafts/{duty_year}": Route("F"),
        "PUT /enterprises/{credit_code}/update_drafts/{duty_year}": Route("F", {"product": {}}),
        "DELETE /enterprises/{credit_code}/update_drafts/{duty_year}": Route("F"),
        "POST /enterprises/{credit_code}/updates": Route("FAB", update_form(FIRM, 2026) | DECLARED),
        "GET /enterprises/{credit_code}/updates": Route("FABO"),
        "GET /enterprises/{credit_code}/updates/{update_id}": Route("FABO"),
        "GET /enterprises/{credit_code}/freshness": Route("FABO"),
        "POST /enterprises/{credit_code}/delegations": Route("", {"statement": "经办"}, persons_may=True),
        "GET /delegations": _listed(),
        "GET /delegations/{delegation_id}": Route("FABO"),
        "POST /delegations/{delegation_id}/approval": Route("F", {"accepted": True}),
        "POST /delegations/{delegation_id}/end": Route("F", REASON),
        "GET /update_statistics": _listed("AB"),
        "GET /update_statistics/firms": _listed("AB"),
        "GET /update_statistics/export": _listed("AB", format="csv"),
        "POST /deadline_extensions": _staff("B", NOTICE),
        "GET /deadline_extensions": _everybody(),
        "POST /deadline_extensions/preview": _staff("B", NOTICE),
        "GET /deadline_extensions/{extension_id}": _everybody(),
        "POST /deadline_extensions/{extension_id}/withdrawal": _staff("B", REASON),
    }
    changes = {
        "POST /changes": Route("FAB", change),
        "GET /changes": _listed(),
        "GET /changes/due_date": _everybody(happened_on="2026-04-01"),
        "GET /changes/limits": _everybody(),
        "GET /changes/worklists": _listed("AB"),
        "GET /changes/{report_id}": Route("FABO"),
        "PUT /changes/{draft_id}": Route("F", change),
        "DELETE /changes/{draft_id}": Route("F"),
        "POST /changes/{report_id}/submission": Route("FAB", DECLARED),
        "POST /changes/{report_id}/resubmission": Route("FAB", DECLARED),
        "POST /changes/{report_id}/withdrawal": Route("F", REASON),
        "POST /changes/{report_id}/return": Route("AB", RETURN),
        "POST /changes/{report_id}/opinion": Route("A", OPINION),
        "POST /changes/{report_id}/decision": Route("B", {"decisions": []}),
        "POST /changes/{report_id}/ministry_answer": Route("B", answer),
        "POST /changes/{report_id}/assignment": Route("AB", assignment),
        "POST /changes/{report_id}/sanction": Route("B", SANCTION),
        "POST /changes/{report_id}/sanction/ministry_answer": Route("B", answer),
        "POST /changes/bulk": Route("AB", bulk | {"ids": [known["report_id"], known["draft_id"]]}, one_by_one=True),
        "POST /changes/{draft_id}/attachments": Route("F", files=PDF),
        "GET /changes/{draft_id}/attachments/{attachment_id}": Route("F"),
        "DELETE /changes/{draft_id}/attachments/{attachment_id}": Route("F"),
        "POST /occurrences": Route(
            "AB", {"credit_code": FIRM, "type": "rename", "happened_on": "2026-04-01", "evidence": "公示系统"}
        ),
        "GET /occurrences": _listed(),
        "GET /occurrences/{occurrence_id}": Route("FABO"),
        "POST /occurrences/{occurrence_id}/dismissal": Route("AB", REASON),
        "POST /occurrences/{occurrence_id}/sanction": Route("B", SANCTION),
        "POST /occurrences/{occurrence_id}/sanction/ministry_answer": Route("B", answer),
    }
    reviews = {
        "POST /certifications": _staff(
            "B",
            {
                "credit_code": FIRM,
                "enterprise_name": "他名",
                "authority": ELSEWHERE,
                "title": "growth",
                "valid_from": "2026-01-01",
                "valid_to": "2028-12-31",
            },
        ),
        "GET /certifications": _listed(),
        "GET /certifications/overview": _listed(credit_code=FIRM),
        "GET /certifications/{certification_id}": Route("FABO"),
        "GET /certifications/{certification_id}/eligibility": Route("FABO"),
        "GET /certifications/{certification_id}/assessment": Route("FABO"),
        "POST /certifications/{certification_id}/restoration": _staff("B", REASON),
        "POST /certifications/{certification_id}/revocation": _staff("B", {"duty": "update"} | REASON),
        "POST /certification_imports": _staff("B", files=LIST),
        "GET /certification_imports": _staff("BO"),
        "GET /certification_imports/{import_id}": _staff("BO"),
        "POST /certification_imports/{import_id}/start": _staff("B", {"keep_good": True}),
        "POST /certification_imports/{import_id}/discard": _staff("B"),
        "POST /campaigns": _staff("B", CAMPAIGN),
        "GET /campaigns": _everybody(),
        "POST /campaigns/preview": _staff("B", CAMPAIGN),
        "GET /campaigns/{campaign_id}": _everybody(),
        "POST /campaigns/{campaign_id}/end": _staff("B", REASON),
        "POST /reviews": Route("FAB", {"certification_id": known["certification_id"]} | DECLARED),
        "GET /reviews": _listed(),
        "GET /reviews/worklists": _listed("AB"),
        "GET /reviews/{review_id}": Route("FABO"),
        "POST /reviews/{review_id}/withdrawal": Route("F", REASON),
        "POST /reviews/{review_id}/resubmission": Route("FAB", DECLARED),
        "POST /reviews/{review_id}/on_site_check/order": Route("AB", REASON),
        "POST /reviews/{review_id}/on_site_check": Route(
            "A", {"checked_on": "2026-04-20", "inspectors": ["李"], "result": "conforms", "findings": "属实"}
        ),
        "POST /reviews/{review_id}/return": Route("AB", RETURN),
        "POST /reviews/{review_id}/authority_decision": Route("A", {"outcome": "passed", "opinion": "属实"}),
        "POST /reviews/{review_id}/bureau_decision": Route("B", {"outcome": "approved", "opinion": "属实"}),
        "POST /reviews/{review_id}/ministry_decision": Route(
            "B", {"outcome": "approved", "opinion": "属实", "decided_on": "2026-04-20"}
        ),
        "POST /reviews/{review_id}/objections": Route("AB", {"from_whom": "群众", "text": "有异议"}),
        "POST /reviews/{review_id}/objections/{number}/finding": Route("B", {"upheld": False, "finding": "不成立"}),
        "POST /reviews/{review_id}/assignment": Route("AB", assignment),
        "POST /reviews/bulk": Route("AB", bulk | {"ids": [known["review_id"]]}, one_by_one=True),
    }
    subscription = {"email": "li@officer.example", "authority": AUTHORITY}
    notifier = {
        "GET /obligations": _listed(),
        "GET /follow_ups": _listed("ABO"),
        "POST /follow_ups/{follow_up_id}/resolution": Route("AB", {"note": "已电话联系"}),
        "GET /messages": _listed(),
        "GET /messages/{message_id}": Route("FABO"),
        "POST /messages/{message_id}/resend": Route("ABO", REASON),
        "POST /subscriptions": Route("AB", subscription, refusals=(404, 422)),
        "GET /subscriptions": _listed("AB"),
        "GET /subscriptions/{subscription_id}": Route("AB"),
        "PUT /subscriptions/{subscription_id}": Route("AB", {"email": "wang@officer.example"}),
        "DELETE /subscriptions/{subscription_id}": Route("AB"),
        "GET /mail_previews": _staff("ABO"),
        "GET /mail_previews/{kind}": _staff("ABO"),
        "GET /events": _listed(credit_code=FIRM),
        "GET /timeline": _listed(credit_code=FIRM),
        "POST /delivery_reports": _staff("BO", content=b"no report"),
        "GET /proofs_of_notice": _listed("FAB", credit_code=FIRM),
        "GET /proofs_of_notice/export": _listed("FAB", credit_code=FIRM),
    }
    operations = {
        f"{method} /operations/{service}/{path}": _staff("O", body)
        for service in ("profile", "changes", "reviews", "notifier")
        for method, path, body in (
            ("GET", "status", None),
            ("GET", "failed", None),
            ("GET", "failed/messages", None),
            ("GET", "failed/{event_id}", None),
            ("POST", "failed/replay", choice),
            ("POST", "failed/discard", choice | REASON),
        )
    }
    return profile | changes | reviews | notifier | operations


ABOUT_NOBODY = frozenset({
    "title", "updated_for", "not_updated_for", "year", "as_of", "state", "in_force", "status", "type", "ended",
    "worklist", "happened_from", "happened_to", "happened_on", "due_from", "due_to", "eligibility", "expires_from",
    "expires_to", "rules", "keep_good", "duties_from", "preview", "step", "duty", "overdue", "kind", "level", "reason",
    "audience", "at_from", "at_to", "language", "stage", "order", "format", "error_kind", "limit", "cursor",
})  # fmt: skip
"""Query parameters that can name no firm, no office, no case and no person."""
