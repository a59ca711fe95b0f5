"""The stand-in as its clients meet it: discovery, the browser's way with PKCE, client credentials, and their refusals."""

import re
import secrets
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from services.cli.tokens import TokenRefused, fetch_token
from services.login.codes import challenge_of
from services.login.main import create_app
from services.login.settings import DemoFirm, LoginSettings
from shared.web.auth import AccountNotBound, AccountPending, AuthSettings, NotAuthenticated, TokenVerifier

ORIGIN = "http://login.test"
ISSUER = f"{ORIGIN}/login"
CALLBACK = "http://portal.test/callback?from=login"
FIRM = "91350203MA31F1331W"
SECRET = "s: cret+%"


@pytest.fixture
def app():
    return create_app(
        LoginSettings(
            environment="test",
            issuer=ISSUER,
            client_secret=SECRET,
            redirect_uris=(CALLBACK,),
            logout_uris=("http://portal.test/",),
            firms=(DemoFirm(credit_code=FIRM, name="厦门<示例>科技有限公司"),),
        )
    )


def client(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)


@pytest.fixture
async def http(app):
    async with client(app) as it:
        yield it


@pytest.fixture
def verifier(app):
    return TokenVerifier(AuthSettings(issuer=ISSUER), lambda: client(app))


class Login:
    """One authorization request of the portal."""

    def __init__(self, http, **changed):
        self.http = http
        self.verifier = secrets.token_urlsafe(48)
        self.asked = {
            "response_type": "code",
            "client_id": "portal",
            "redirect_uri": CALLBACK,
            "scope": "openid profile",
            "state": 'a "state" & more',
            "nonce": "n1",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        } | changed

    async def page(self):
        return await self.http.get("/login/authorize", params=self.asked)

    async def pick(self, account):
        return await self.http.post("/login/authorize", data=self.asked | {"account": account})

    async def code(self, account="bureau"):
        return returned(await self.pick(account))["code"]

    async def redeem(self, code, **changed):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": "portal",
            "code_verifier": self.verifier,
        } | changed
        return await self.http.post("/login/token", data={name: value for name, value in form.items() if value})


def returned(answer):
    """The parameters with which the browser is sent back to the portal."""
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert location.startswith(f"{CALLBACK}&")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def refused(answer, error, status=400):
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["error"] == error
    return answer.json()["error_description"]


async def test_discovery_names_every_endpoint_below_the_issuer(http):
    document = (await http.get("/login/.well-known/openid-configuration")).json()
    assert document["issuer"] == ISSUER
    assert document["code_challenge_methods_supported"] == ["S256"]
    for name, address in document.items():
        if name.endswith(("_endpoint", "_uri")):
            assert address.startswith(f"{ISSUER}/")
            assert (await http.get(address)).status_code not in (404, 500)


async def test_a_program_that_asked_at_another_address_goes_on_there_and_browsers_at_the_issuers(http):
    document = (await http.get("http://inside:8000/login/.well-known/openid-configuration")).json()
    assert document["issuer"] == ISSUER
    assert {document[name] for name in ("token_endpoint", "userinfo_endpoint", "jwks_uri")} == {
        f"http://inside:8000/login/{name}" for name in ("token", "userinfo", "jwks")
    }
    for name in ("authorization_endpoint", "end_session_endpoint"):
        assert document[name].startswith(f"{ISSUER}/")


async def test_the_page_offers_the_accounts_and_works_without_script(http):
    page = await Login(http).page()
    assert page.status_code == 200
    text = page.text
    assert '<html lang="zh-CN">' in text
    assert "<script" not in text
    for name in (f"firm:{FIRM}", f"person:{FIRM}", "person", "pending", "officer:XM-HJ", "bureau", "operator"):
        assert f'value="{name}"' in text
    assert "厦门&lt;示例&gt;科技有限公司" in text
    assert 'value="a &#34;state&#34; &amp; more"' in text
    assert '<label for="account">' in text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


async def test_the_hidden_fields_of_the_page_carry_the_request_to_the_code(http):
    login = Login(http)
    page = (await login.page()).text
    form = page[page.index("<form") : page.index("</form>")]
    names = re.findall(r'<input type="hidden" name="(\w+)"', form)
    assert sorted(names) == sorted(login.asked)


async def test_a_login_with_pkce_gives_tokens_that_a_service_accepts(http, verifier):
    login = Login(http)
    back = returned(await login.pick(f"person:{FIRM}"))
    assert back["state"] == 'a "state" & more'
    assert back["iss"] == ISSUER
    answer = await login.redeem(back["code"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    caller = await verifier.verify(body["access_token"])
    assert caller.subject == f"person:{FIRM}"
    assert caller.credit_codes == {FIRM}


async def test_the_id_token_is_for_the_client_with_its_nonce_and_is_no_access_token(http, verifier):
    login = Login(http)
    body = (await login.redeem(await login.code())).json()
    keys = KeySet.import_key_set((await http.get("/login/jwks")).json())
    read = jwt.decode(body["id_token"], keys, algorithms=["ES256"])
    assert read.claims["iss"] == ISSUER
    assert (read.claims["aud"], read.claims["nonce"], read.claims["sub"]) == ("portal", "n1", "bureau")
    assert read.claims["exp"] > read.claims["iat"]
    with pytest.raises(NotAuthenticated):
        await verifier.verify(body["id_token"])


async def test_the_access_token_has_every_claim_of_rfc_9068(http):
    login = Login(http)
    body = (await login.redeem(await login.code("officer:XM-SM"))).json()
    keys = KeySet.import_key_set((await http.get("/login/jwks")).json())
    read = jwt.decode(body["access_token"], keys, algorithms=["ES256"])
    assert read.header["typ"] == "at+jwt"
    assert {"iss", "sub", "aud", "client_id", "iat", "exp", "jti"} <= read.claims.keys()
    assert read.claims["client_id"] == "portal"
    assert read.claims["authority"] == "XM-SM"


async def test_userinfo_tells_the_claims_to_the_bearer_alone(http):
    login = Login(http)
    body = (await login.redeem(await login.code("pending"))).json()
    told = await http.get("/login/userinfo", headers={"Authorization": f"Bearer {body['access_token']}"})
    assert told.json()["sub"] == "pending"
    assert told.json()["account_status"] == "pending"
    for header in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {body['id_token']}"}):
        answer = await http.get("/login/userinfo", headers=header)
        assert answer.status_code == 401
        assert "invalid_token" in answer.headers["WWW-Authenticate"]


async def test_a_code_is_good_once(http):
    login = Login(http)
    code = await login.code()
    assert (await login.redeem(code)).status_code == 200
    assert "used" in await refused(await login.redeem(code), "invalid_grant")


async def test_a_wrong_verifier_is_refused(http):
    login = Login(http)
    answer = await login.redeem(await login.code(), code_verifier=secrets.token_urlsafe(48))
    assert "code_verifier" in await refused(answer, "invalid_grant")


@pytest.mark.parametrize("verifier_sent", ["", "short", "x" * 129, "汉" * 50])
async def test_a_verifier_is_required_in_its_form(http, verifier_sent):
    login = Login(http)
    await refused(await login.redeem(await login.code(), code_verifier=verifier_sent), "invalid_request")


async def test_a_code_is_bound_to_its_redirect_uri_and_client(http):
    login = Login(http)
    await refused(await login.redeem(await login.code(), redirect_uri="http://portal.test/"), "invalid_grant")
    await refused(await login.redeem(await login.code(), client_id="other"), "invalid_client", 401)


async def test_the_portal_may_prove_itself_and_then_must_do_so_rightly(http):
    login = Login(http)
    assert (await login.redeem(await login.code(), client_secret=SECRET)).status_code == 200
    await refused(await login.redeem(await login.code(), client_secret="wrong"), "invalid_client", 401)


@pytest.mark.parametrize(
    "redirect_uri", ["", "http://evil.test/", CALLBACK + "/..", CALLBACK.removesuffix("?from=login"), CALLBACK.upper()]
)
async def test_a_redirect_uri_that_is_not_listed_gets_a_page_and_no_redirect(http, redirect_uri):
    login = Login(http, redirect_uri=redirect_uri)
    for answer in (await login.page(), await login.pick("bureau")):
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert "返回地址未登记" in answer.text


async def test_an_unknown_client_gets_a_page_and_no_redirect(http):
    answer = await Login(http, client_id="<b>").page()
    assert answer.status_code == 400
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_wrong_request_of_a_known_client_is_answered_to_it(http, changed, error):
    login = Login(http, **changed)
    for answer in (await login.page(), await login.pick("bureau")):
        back = returned(answer)
        assert back["error"] == error
        assert back["state"] == 'a "state" & more'
        assert "code" not in back


async def test_an_unknown_account_is_asked_again_with_what_was_typed_and_why(http):
    answer = await Login(http).pick("firm:91350203MA31F1331X")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "check character" in answer.text
    assert 'value="firm:91350203MA31F1331X"' in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("account", [f"firm:{FIRM}", f"person:{FIRM}", "officer:XM-XA", "bureau", "operator"])
async def test_a_token_of_every_account_is_had_by_client_credentials(http, verifier, account):
    caller = await verifier.verify(await fetch_token(ISSUER, account, SECRET, http))
    assert caller.subject == account


async def test_unbound_and_pending_accounts_get_a_token_and_every_service_tells_them_what_to_do(http, verifier):
    with pytest.raises(AccountNotBound, match="real-name"):
        await verifier.verify(await fetch_token(ISSUER, "person", SECRET, http))
    with pytest.raises(AccountPending, match="approval"):
        await verifier.verify(await fetch_token(ISSUER, "pending", SECRET, http))


async def test_an_unknown_account_is_refused_with_those_there_are(http):
    with pytest.raises(TokenRefused, match="officer:XM-SM"):
        await fetch_token(ISSUER, "nobody", SECRET, http)


async def test_a_wrong_secret_is_refused(http):
    with pytest.raises(TokenRefused, match="secret"):
        await fetch_token(ISSUER, "bureau", "wrong", http)


async def test_a_provider_that_is_none_is_told_so(http):
    with pytest.raises(TokenRefused, match="does not answer as a login provider"):
        await fetch_token(f"{ORIGIN}/elsewhere", "bureau", SECRET, http)


async def test_basic_credentials_are_understood_encoded_and_plain(http):
    from urllib.parse import quote

    grant = {"grant_type": "client_credentials"}
    encoded = httpx.BasicAuth(quote(f"firm:{FIRM}", safe=""), quote(SECRET, safe=""))
    assert (await http.post("/login/token", data=grant, auth=encoded)).status_code == 200
    for header in ("Basic", "Basic !", "Basic bm9jb2xvbg==", "Basic /w=="):
        answer = await http.post("/login/token", data=grant, headers={"Authorization": header})
        await refused(answer, "invalid_client", 401)
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


async def test_plain_basic_credentials_may_contain_the_colon_of_an_account_name():
    app = create_app(LoginSettings(environment="test", issuer=ISSUER, client_secret="plain"))
    async with client(app) as http:
        answer = await http.post(
            "/login/token", data={"grant_type": "client_credentials"}, auth=(f"firm:{FIRM}", "plain")
        )
    assert answer.status_code == 200


@pytest.mark.parametrize("grant_type", ["password", "", "refresh_token"])
async def test_no_other_grant_is_offered(http, grant_type):
    await refused(await http.post("/login/token", data={"grant_type": grant_type}), "unsupported_grant_type")


async def test_a_body_that_is_no_form_is_refused(http):
    await refused(await http.post("/login/token", json={"grant_type": "client_credentials"}), "unsupported_grant_type")


async def test_logging_out_returns_to_listed_addresses_only(http):
    there = {"post_logout_redirect_uri": "http://portal.test/", "state": "x y"}
    for answer in (await http.get("/login/logout", params=there), await http.post("/login/logout", data=there)):
        assert answer.status_code == 303
        assert answer.headers["Location"] == "http://portal.test/?state=x+y"
    elsewhere = await http.get("/login/logout", params={"post_logout_redirect_uri": "http://evil.test/"})
    assert elsewhere.status_code == 400
    assert "已退出登录" in (await http.get("/login/logout")).text


async def test_two_replicas_with_one_key_file_accept_each_others_tokens(tmp_path):
    settings = LoginSettings(environment="test", issuer=ISSUER, client_secret=SECRET, key_file=tmp_path / "login.pem")
    one, other = create_app(settings), create_app(settings)
    async with client(one) as http:
        token = await fetch_token(ISSUER, "bureau", SECRET, http)
    assert (await TokenVerifier(AuthSettings(issuer=ISSUER), lambda: client(other)).verify(token)).role == "bureau"


async def test_it_answers_health_probes(http):
    assert (await http.get("/healthz")).status_code == 200
    assert (await http.get("/readyz")).status_code == 200
