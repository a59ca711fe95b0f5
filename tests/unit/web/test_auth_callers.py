"""What a verified token's claims make of its bearer, and what that bearer may do."""

from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI

from shared.web.auth import (
    AccountNotBound,
    AccountPending,
    AuthSettings,
    Caller,
    CallerDep,
    Forbidden,
    NotAuthenticated,
    Role,
    require,
)
from shared.web.caller import caller_of
from shared.web.problems import Problem
from tests.unit.web.auth_provider import FIRM, ISSUER, OTHER_FIRM, Provider, verifier_of

SETTINGS = AuthSettings(issuer=ISSUER)


def claims(**given):
    everything = {
        "sub": "u1",
        "role": "enterprise",
        "account_type": "legal_person",
        "account_status": "approved",
        "credit_codes": [FIRM],
    } | given
    return {name: value for name, value in everything.items() if value is not None}


def officer(role, **given):
    return caller_of(claims(role=role, account_type="staff", credit_codes=None, **given), SETTINGS)


def test_a_pending_account_is_told_to_wait():
    with pytest.raises(AccountPending) as caught:
        caller_of(claims(account_status="pending"), SETTINGS)
    document = caught.value.document("/x")
    assert document["status"] == 403
    assert document["title_zh"] == "账号待审核"
    assert "approval" in document["detail"]
    assert "等待审核" in document["detail_zh"]


@pytest.mark.parametrize("status", [None, "", "rejected", "APPROVED"])
def test_only_an_approved_account_is_let_in(status):
    with pytest.raises(AccountPending):
        caller_of(claims(account_status=status), SETTINGS)


def test_an_unbound_natural_person_is_told_how_to_bind_the_account():
    with pytest.raises(AccountNotBound) as caught:
        caller_of(claims(account_type="natural_person", credit_codes=[]), SETTINGS)
    document = caught.value.document("/x")
    assert document["status"] == 403
    assert document["title_zh"] == "账号未绑定企业"
    assert "real-name" in document["detail"]
    assert "实名认证" in document["detail_zh"]


def test_a_legal_person_without_a_credit_code_is_told_where_to_complete_it():
    with pytest.raises(AccountNotBound, match="credit code"):
        caller_of(claims(credit_codes=None), SETTINGS)


@pytest.mark.parametrize("role", [None, "admin", "", ["auditor"], 7])
def test_an_account_without_a_role_here_is_forbidden(role):
    with pytest.raises(Forbidden, match="role"):
        caller_of(claims(role=role), SETTINGS)


@pytest.mark.parametrize("authority", [None, "", ["XM-SM"]])
def test_an_officer_without_an_authority_is_forbidden(authority):
    with pytest.raises(Forbidden, match="authority"):
        officer("authority", authority=authority)


def test_an_enterprise_account_of_an_unknown_type_is_forbidden():
    with pytest.raises(Forbidden, match="legal person"):
        caller_of(claims(account_type="robot"), SETTINGS)


def test_an_enterprise_acts_for_its_own_credit_codes_only():
    caller = caller_of(claims(credit_codes=[FIRM]), SETTINGS)
    assert caller.may_act_for(FIRM)
    assert caller.may_act_for(FIRM.lower())
    assert not caller.may_act_for(OTHER_FIRM)
    assert not caller.may_see(OTHER_FIRM, "XM-SM")


def test_an_authority_reaches_its_own_enterprises_only_and_files_for_none():
    caller = officer("authority", authority="XM-SM")
    assert caller.may_see(FIRM, "XM-SM")
    assert not caller.may_see(FIRM, "XM-HC")
    assert not caller.may_see(FIRM, None)
    assert not caller.may_act_for(FIRM)


def test_the_bureau_sees_every_enterprise_and_files_for_none():
    caller = officer("bureau", authority="XM-GXJ")
    assert caller.may_see(FIRM, "XM-HC")
    assert caller.may_see(FIRM, None)
    assert not caller.may_act_for(FIRM)


def test_an_operator_sees_every_enterprise_and_acts_for_none():
    assert officer("operator").may_see(FIRM, "XM-SM")


def test_credit_codes_claimed_by_an_officer_count_for_nothing():
    caller = caller_of(claims(role="bureau", account_type="staff", credit_codes=[FIRM]), SETTINGS)
    assert not caller.may_act_for(FIRM)


def test_an_authority_claimed_by_an_enterprise_counts_for_nothing():
    caller = caller_of(claims(authority="XM-SM"), SETTINGS)
    assert caller.authority is None
    assert not caller.may_see(OTHER_FIRM, "XM-SM")


@pytest.mark.parametrize("told", [f"{FIRM},{OTHER_FIRM}", f"{FIRM} {OTHER_FIRM}", [FIRM.lower(), f" {OTHER_FIRM} "]])
def test_credit_codes_are_read_from_a_list_or_a_text(told):
    assert caller_of(claims(credit_codes=told), SETTINGS).credit_codes == {FIRM, OTHER_FIRM}


def test_another_providers_claims_are_mapped():
    settings = AuthSettings(
        issuer=ISSUER,
        claims_role="realm_access.roles",
        claims_account_type="https://gov.example/type",
        claims_account_status=None,
        claims_credit_codes="uscc",
        claims_name="cn",
        claim_values={"ENT": "enterprise", "自然人": "natural_person"},
    )
    caller = caller_of(
        {
            "sub": "7",
            "cn": "林某",
            "realm_access": {"roles": ["offline_access", "ENT"]},
            "https://gov.example/type": "自然人",
            "uscc": FIRM,
        },
        settings,
    )
    assert (caller.name, caller.role, caller.account_type) == ("林某", "enterprise", "natural_person")


def test_a_claim_can_be_mapped_by_its_short_name_and_a_mistyped_one_is_refused():
    assert AuthSettings(issuer=ISSUER, role="rolle").claims_role == "rolle"
    with pytest.raises(ValueError, match="rool"):
        AuthSettings(issuer=ISSUER, rool="rolle")


def application(provider):
    app = FastAPI()

    @app.get("/me")
    async def me(caller: CallerDep) -> dict[str, str]:
        return {"subject": caller.subject}

    @app.get("/officers")
    async def officers(caller: Annotated[Caller, Depends(require(Role.AUTHORITY, Role.BUREAU))]) -> dict[str, str]:
        return {"role": caller.role}

    @app.exception_handler(Problem)
    async def answer(request, problem):
        from fastapi.responses import JSONResponse

        return JSONResponse(problem.document(request.url.path), problem.status, headers=problem.headers)

    app.state.verifier = verifier_of(provider)
    return app


async def get(app, path, token=None):
    headers = {} if token is None else {"Authorization": token}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service.test") as http:
        return await http.get(path, headers=headers)


async def test_a_route_asks_for_a_token():
    answer = await get(application(Provider()), "/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "/problems/not-authenticated"


@pytest.mark.parametrize("header", ["Basic dTpw", "Bearer", "Bearer ", "Token x"])
async def test_another_scheme_or_an_empty_token_is_no_token(header):
    assert (await get(application(Provider()), "/me", header)).status_code == 401


async def test_a_route_is_given_its_caller():
    provider = Provider()
    answer = await get(application(provider), "/me", f"Bearer {provider.token()}")
    assert answer.json() == {"subject": "u1"}


async def test_a_route_for_officers_refuses_an_enterprise_and_says_whom_it_is_for():
    provider = Provider()
    app = application(provider)
    refused = await get(app, "/officers", f"Bearer {provider.token()}")
    assert refused.status_code == 403
    assert refused.json()["detail"] == "This is for authority, bureau; the account is enterprise"
    officer_token = provider.token(role="bureau", account_type="staff", credit_codes=None)
    assert (await get(app, "/officers", f"bearer {officer_token}")).json() == {"role": "bureau"}


def test_protected_routes_show_as_protected_in_the_openapi_document():
    document = application(Provider()).openapi()
    assert document["components"]["securitySchemes"]["bearer"]["bearerFormat"] == "JWT"
    assert all(path["get"]["security"] == [{"bearer": []}] for path in document["paths"].values())


def test_the_default_challenge_says_that_the_token_is_invalid():
    assert NotAuthenticated().headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}
