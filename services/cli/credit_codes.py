"""Credit codes (统一社会信用代码) of firms that do not exist, valid in every character: for samples, tours, tests."""

import secrets

from stdnum.cn import uscc

SIMING = "350203"
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def invented_code(serial: int | str, district: str = SIMING) -> str:
    """An enterprise's code in a district; `serial`, at most six digits or capital letters, tells one from another."""
    organisation = f"MA{serial:0>6}"
    rest = 11 - sum(int(sign, 36) * weight for sign, weight in zip(organisation, _WEIGHTS, strict=True)) % 11
    body = f"91{district}{organisation}{ {10: 'X', 11: '0'}.get(rest, rest) }"  # GB 11714
    return body + uscc.calc_check_digit(body)


def new_code() -> str:
    """A code that, but for a chance in hundreds of millions, nobody has used."""
    return invented_code("".join(secrets.choice(_SIGNS) for _ in range(6)))
