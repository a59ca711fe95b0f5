"""The accounts of the login stand-in: every name's claims, and what an unknown name is told."""

import pytest

from services.login.accounts import Directory, UnknownAccount
from services.login.settings import DemoFirm, LoginSettings
from shared.web.auth import AccountNotBound, AccountPending, AuthSettings, Role
from shared.web.caller import caller_of

FIRM = "91350203MA31F1331W"
OTHER_FIRM = "91350213MA33WMAT03"
AUTHORITIES = ["XM-SM", "XM-HC", "XM-HL", "XM-JM", "XM-TA", "XM-XA", "XM-HJ"]
SETTINGS = AuthSettings(issuer="http://login.test/login")


@pytest.fixture
def directory():
    firms = (DemoFirm(credit_code=FIRM, name="厦门示例科技有限公司"),)
    return Directory.of(LoginSettings(environment="test", firms=firms))


def caller(directory, name):
    account = directory.account(name)
    return caller_of({"sub": account.name, **account.claims()}, SETTINGS)


def test_any_valid_credit_code_has_a_legal_person_account(directory):
    firm = caller(directory, f"firm:{OTHER_FIRM}")
    assert (firm.role, firm.account_type) == (Role.ENTERPRISE, "legal_person")
    assert firm.credit_codes == {OTHER_FIRM}


def test_a_demo_firm_is_called_by_its_name(directory):
    assert caller(directory, f"firm:{FIRM}").name == "厦门示例科技有限公司"


def test_a_credit_code_is_normalised_so_that_one_firm_has_one_subject(directory):
    assert directory.account(f"firm: {FIRM.lower()} ").name == f"firm:{FIRM}"


def test_a_natural_person_is_bound_to_every_firm_named(directory):
    person = caller(directory, f"person:{FIRM},{OTHER_FIRM}")
    assert person.account_type == "natural_person"
    assert person.credit_codes == {FIRM, OTHER_FIRM}


def test_the_unbound_person_is_told_to_bind_the_account(directory):
    with pytest.raises(AccountNotBound, match="Bind it"):
        caller(directory, "person")


def test_the_pending_account_is_told_to_wait(directory):
    with pytest.raises(AccountPending, match="waiting for approval"):
        caller(directory, "pending")


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_every_authority_has_an_officer(directory, authority):
    officer = caller(directory, f"officer:{authority}")
    assert (officer.role, officer.account_type, officer.authority) == (Role.AUTHORITY, "staff", authority)


def test_the_bureau_has_an_officer(directory):
    bureau = caller(directory, "bureau")
    assert (bureau.role, bureau.account_type, bureau.authority) == (Role.BUREAU, "staff", "XM-GXJ")


def test_the_operator_has_no_authority_and_no_firm(directory):
    operator = caller(directory, "operator")
    assert (operator.role, operator.authority, operator.credit_codes) == (Role.OPERATOR, None, frozenset())


@pytest.mark.parametrize(
    "name", ["", "nobody", "officer", "officer:", "officer:XM-GXJ", "firm", "bureau:x", "operator:", "person:"]
)
def test_an_unknown_name_is_told_what_there_is(directory, name):
    with pytest.raises(UnknownAccount) as caught:
        directory.account(name)
    for known in ("firm:CREDIT_CODE", "person", "pending", "officer:XM-SM", "bureau", "operator", f"firm:{FIRM}"):
        assert known in caught.value.names
        assert known in str(caught.value)


@pytest.mark.parametrize(
    ("code", "reason"),
    [("91350203MA31F1331X", "check character"), ("12350200426607600N", "not an enterprise"), ("9135", "18 characters")],
)
def test_a_wrong_credit_code_is_told_what_is_wrong(directory, code, reason):
    for kind in ("firm", "person"):
        with pytest.raises(UnknownAccount, match=reason):
            directory.account(f"{kind}:{code}")


def test_every_listed_account_can_be_logged_in_as(directory):
    listed = list(directory.listed())
    assert [directory.account(account.name) for account in listed] == listed
    assert len(listed) == 2 + 2 + len(AUTHORITIES) + 2
