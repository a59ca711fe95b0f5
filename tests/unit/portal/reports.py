"""A change report as the API answers it."""

CITATION = {
    "document": "厦工信规〔2023〕2号",
    "article": "第十三条",
    "text": "三个月内报告",
    "text_en": "within 3 months",
}


def report(**other):
    """A finished draft of a rename, but for `other`."""
    return {
        "id": "0196f3c0-0000-7000-8000-000000000001",
        "version": 3,
        "credit_code": "91350203MA31F1331W",
        "enterprise_name": "厦门旧名有限公司",
        "authority": "XM-SM",
        "type": "rename",
        "status": "draft",
        "happened_on": "2026-05-08",
        "before": "厦门旧名有限公司",
        "after": "厦门新名有限公司",
        "reason": "业务发展",
        "details": {"new_name": "厦门新名有限公司"},
        "impact": {"main_product_affected": False, "still_sme": True, "still_meets_criteria": True},
        "timeliness": {
            "happened_on": "2026-05-08", "nominal_due": "2026-08-08", "due": "2026-08-10", "provisional": False,
            "deadline": "2026-08-10T16:00:00Z", "over": False, "citation": CITATION, "submitted_at": None,
            "on_time": None, "consequence": None,
        },
        "worklist": None, "handling": {"due": None, "left": None}, "days_left": None, "assignee": None, "assignee_name": None,
        "assisted": False, "correction": None, "decisions": [], "sanction": None, "occurrence_id": None,
        "attachments": [], "steps": [], "defects": [], "allowed": ["edit", "discard", "attach", "submit"],
        "titles": [], "correction_time": None,
    } | other  # fmt: skip
