import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from shared.regulation import CreditCodeError, check_enterprise_credit_code, normalise_credit_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODES = st.builds(
    lambda region, body: "91" + region + body,
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
).map(lambda stem: stem + uscc.calc_check_digit(stem))


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91350203MA31F1331W", "91350213MA33WMAT03"])
def test_an_enterprises_code_is_accepted(code):
    assert check_enterprise_credit_code(code) == code


@pytest.mark.parametrize(
    "written",
    [
        " 91350203MA31F1331W\n",
        "9135 0203 MA31 F133 1W",
        "91350203ma31f1331w",
        "９１３５０２０３ＭＡ３１Ｆ１３３１Ｗ",
        "９１３５０２０３ｍａ３１ｆ１３３１ｗ",
        "91350203\u3000MA31F1331W",
        "\ufeff91350203MA31\u00a0F1331W\u200b",
    ],
)
def test_spaces_width_and_case_do_not_matter(written):
    assert check_enterprise_credit_code(written) == "91350203MA31F1331W"


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("", "length", "has 0"),
        ("91350203MA31F1331", "length", "has 17"),
        ("91350203MA31F1331WW", "length", "has 19"),
        ("91350203MAO1F1331W", "alphabet", "character 11 is 'O'"),
        ("91350203MA31F1331？", "alphabet", "character 18"),
        ("91350203MA31F133١W", "alphabet", "character 17"),
        ("9135A203MA31F1331W", "region", "'35A203'"),
        ("91350203MA31F1331X", "check_character", "expected 'W'"),
        ("91320507MA21XXFU28", "check_character", "expected 'A'"),
        ("12350200426607600N", "not_enterprise", "public institution"),
    ],
)
def test_a_wrong_code_says_what_is_wrong_with_it(code, kind, says):
    with pytest.raises(CreditCodeError) as caught:
        check_enterprise_credit_code(code)
    assert caught.value.code == kind
    assert says in str(caught.value)
    assert caught.value.text
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("prefix", "holder"),
    [
        ("92", "household"),
        ("93", "cooperative"),
        ("52", "social organisation"),
        ("N2", "another kind"),
        ("11", "public"),
    ],
)
def test_valid_codes_of_others_are_not_enterprises(prefix, holder):
    stem = prefix + "350203MA31F1331"
    with pytest.raises(CreditCodeError, match=holder):
        check_enterprise_credit_code(stem + uscc.calc_check_digit(stem))


@given(CODES)
def test_every_well_formed_code_passes_and_the_standard_library_of_numbers_agrees(code):
    assert check_enterprise_credit_code(code.lower()) == code
    assert uscc.is_valid(code)


@given(CODES, st.integers(8, 17), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_always_found(code, position, character):
    mistyped = code[:position] + character + code[position + 1 :]
    if mistyped != code:
        with pytest.raises(CreditCodeError):
            check_enterprise_credit_code(mistyped)


@given(st.text(max_size=24))
def test_any_text_is_either_a_code_or_refused_for_a_stated_reason(text):
    try:
        code = check_enterprise_credit_code(text)
    except CreditCodeError as error:
        assert str(error)
    else:
        assert code == normalise_credit_code(code)
