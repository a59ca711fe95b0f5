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
