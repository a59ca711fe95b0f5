"""The unified social credit code (统一社会信用代码, GB 32100-2015) of an enterprise."""

from stdnum.cn import uscc

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18
_REGION = slice(2, 8)
_ENTERPRISE = "91"
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_OTHER_HOLDERS = {
    "1": ("机构编制部门登记的机关、事业单位", "a public institution"),
    "5": ("民政部门登记的社会组织", "a social organisation"),
    "92": ("个体工商户", "an individual household business"),
    "93": ("农民专业合作社", "a farmers' cooperative"),
}


class CreditCodeError(ValueError):
    """A credit code that no enterprise can have.

    `code` is one of length, alphabet, region, check_character, not_enterprise; `str(error)` says what is wrong in
    English, `text` in Chinese.
    """

    def __init__(self, code: str, text_en: str, text: str) -> None:
        super().__init__(text_en)
        self.code = code
        self.text = text


def normalise_credit_code(text: str) -> str:
    """The code without spaces, full-width characters or lower case; it is not checked."""
    return "".join(text.translate(_HALF_WIDTH).translate(_INVISIBLE).split()).upper()


def check_enterprise_credit_code(text: str) -> str:
    """The normalised code of an enterprise, or CreditCodeError saying what is wrong with it.

    Class 91 alone is an enterprise: registered by a market regulation department (9) as an enterprise (1). Individual
    households (92) and farmers' cooperatives (93) hold no title of the gradient.
    """
    code = normalise_credit_code(text)
    if len(code) != _LENGTH:
        raise CreditCodeError(
            "length",
            f"a credit code has {_LENGTH} characters, this one has {len(code)}",
            f"统一社会信用代码应为{_LENGTH}位，现为{len(code)}位",
        )
    for position, character in enumerate(code, start=1):
        if character not in _ALPHABET:
            raise CreditCodeError(
                "alphabet",
                f"character {position} is {character!r}; allowed are digits and capital letters but I, O, S, V, Z",
                f"第{position}位“{character}”不是允许的字符（数字及除I、O、S、V、Z以外的大写字母）",
            )
    if not code[_REGION].isdigit():
        raise CreditCodeError(
            "region",
            f"characters 3 to 8 are {code[_REGION]!r}; they must be the six digits of the registering region",
            f"第3至8位“{code[_REGION]}”应为六位数字的登记管理机关行政区划码",
        )
    expected = uscc.calc_check_digit(code[:-1])
    if code[-1] != expected:
        raise CreditCodeError(
            "check_character",
            f"the check character is {code[-1]!r}, expected {expected!r}: a character is mistyped",
            f"校验码为“{code[-1]}”，应为“{expected}”，代码有误",
        )
    if not code.startswith(_ENTERPRISE):
        holder = _OTHER_HOLDERS.get(code[:2]) or _OTHER_HOLDERS.get(code[0]) or ("其他主体", "another kind of body")
        raise CreditCodeError(
            "not_enterprise",
            f"the code is valid but begins with {code[:2]}: {holder[1]}, not an enterprise ({_ENTERPRISE})",
            f"代码有效，但以“{code[:2]}”开头，属于{holder[0]}，不是企业（{_ENTERPRISE}）",
        )
    return code
