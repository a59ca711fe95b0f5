"""The forms that the tour's firms send."""

from typing import Any

DECLARATION = {"accepted": True, "signatory": "陈建国"}
IMPACT = {"main_product_affected": False, "still_sme": True, "still_meets_criteria": True}


def contact(credit_code: str) -> dict[str, str]:
    return {
        "name": "林海燕",
        "mobile": "13959201234",
        "email": f"{credit_code.lower()}@firm.example",
        "language": "zh-CN",
    }


def update_form(credit_code: str, duty_year: int) -> dict[str, Any]:
    """An annual update as it should be."""
    return {
        "duty_year": duty_year,
        "basics": {
            "legal_representative": "陈建国",
            "business_address": "福建省厦门市思明区软件园二期望海路18号",
            "founded_on": "2014-03-18",
            "registered_capital": 1200,
            "size": "small",
            "industry_code": "C3921",
            "ownership": "private",
            "contact": contact(credit_code),
        },
        "years": [
            {
                "year": duty_year - back,
                "staff": 126 - 6 * back,
                "rd_staff": 31 - back,
                "revenue": 8600 - 500 * back,
                "main_revenue": 7900 - 500 * back,
                "net_profit": 610,
                "total_assets": 9400,
                "total_liabilities": 3100,
                "tax_paid": 420,
                "rd_spending": 560,
                "equity_financing": 0,
            }
            for back in (1, 2)
        ],
        "product": {"name": "微型传感器", "category": "敏感元件及传感器", "years_in_niche": 8, "market_share": 12.5},
        "ip": {"class_1": 6, "own_class_1": 5, "high_value_class_1": 1, "class_2": 14},
        "quality": {"certificates": ["ISO 9001"], "digital_level": 2},
        "compliance": {"violations": False},
    }


def change_form(credit_code: str, happened_on: str, *, old: str, new: str) -> dict[str, Any]:
    """A report of a rename."""
    return {
        "credit_code": credit_code,
        "type": "rename",
        "happened_on": happened_on,
        "before": old,
        "after": new,
        "reason": "因业务发展需要变更企业名称",
        "details": {"new_name": new},
        "impact": IMPACT,
    }


def merger_form(credit_code: str, happened_on: str, counterparty_code: str) -> dict[str, Any]:
    """A report of a merger after which the firm is an SME no more."""
    return {
        "credit_code": credit_code,
        "type": "merger",
        "happened_on": happened_on,
        "before": "独立法人，职工126人",
        "after": "吸收合并后职工1460人",
        "reason": "与行业龙头合并",
        "details": {"counterparties": [{"name": "厦门示例集团有限公司", "credit_code": counterparty_code}]},
        "impact": {"main_product_affected": True, "still_sme": False, "still_meets_criteria": False},
    }
