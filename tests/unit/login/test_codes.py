"""Authorization codes live briefly and serve once."""

import pytest

from services.login.accounts import Directory
from services.login.codes import Codes, Grant, InvalidCode, challenge_of

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


class Pace:
    now = 0.0

    def __call__(self):
        return self.now


def grant():
    account = Directory().account("bureau")
    return Grant(account, "portal", "http://portal.test/callback", challenge_of(VERIFIER), "n1")


def redeem(codes, code, **changed):
    request = {"client_id": "portal", "redirect_uri": "http://portal.test/callback", "verifier": VERIFIER} | changed
    return codes.redeem(code, **request)


def test_the_challenge_is_that_of_rfc_7636():
    assert challenge_of(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_code_is_redeemed_once():
    codes = Codes(60)
    code = codes.give(grant())
    assert redeem(codes, code) == grant()
    with pytest.raises(InvalidCode, match="used"):
        redeem(codes, code)


def test_a_code_expires():
    pace = Pace()
    codes = Codes(60, pace)
    code = codes.give(grant())
    pace.now = 60
    with pytest.raises(InvalidCode, match="expired"):
        redeem(codes, code)


@pytest.mark.parametrize(
    "changed",
    [{"client_id": "other"}, {"redirect_uri": "http://portal.test/callback/"}, {"verifier": "x" * 43}],
)
def test_a_code_serves_only_the_request_it_was_given_for_and_a_wrong_try_uses_it_up(changed):
    codes = Codes(60)
    code = codes.give(grant())
    with pytest.raises(InvalidCode):
        redeem(codes, code, **changed)
    with pytest.raises(InvalidCode, match="used"):
        redeem(codes, code)
