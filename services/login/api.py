"""The endpoints of the stand-in: OpenID Connect discovery, authorization code with PKCE, client credentials."""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from services.login.accounts import Account, Directory, UnknownAccount
from services.login.codes import Codes, Grant, InvalidCode
from services.login.pages import account_page, message_page
from services.login.settings import PREFIX, LoginSettings
from services.login.tokens import ALGORITHM, InvalidAccessToken, Issuer

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
REQUEST_PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
)


class OAuthError(Exception):
    """An error of RFC 6749, with its code and a sentence."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = status


def login_routes(settings: LoginSettings) -> APIRouter:
    """All routes of the stand-in, below `/login`."""
    return _Provider(settings).routes()


class _Provider:
    def __init__(self, settings: LoginSettings) -> None:
        self._settings = settings
        self._directory = Directory.of(settings)
        self._issuer = Issuer(settings)
        self._codes = Codes(settings.code_lifetime_seconds)

    def routes(self) -> APIRouter:
        router = APIRouter(prefix=PREFIX, include_in_schema=False)
        router.add_api_route("/.well-known/openid-configuration", self.discovery, methods=["GET"])
        router.add_api_route("/jwks", self.jwks, methods=["GET"])
        router.add_api_route("/authorize", self.authorize, methods=["GET"], response_model=None)
        router.add_api_route("/authorize", self.pick, methods=["POST"], response_model=None)
        router.add_api_route("/token", self.token, methods=["POST"], response_model=None)
        router.add_api_route("/userinfo", self.userinfo, methods=["GET", "POST"], response_model=None)
        router.add_api_route("/logout", self.logout, methods=["GET", "POST"], response_model=None)
        return router

    async def discovery(self, request: Request) -> dict[str, Any]:
        """Browsers are sent to the issuer's address; a program that asked at another one goes on there."""
        issuer = self._settings.issuer
        at_issuer = request.url.netloc == urlsplit(issuer).netloc
        here = issuer if at_issuer else f"{request.url.scheme}://{request.url.netloc}{PREFIX}"
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{here}/token",
            "userinfo_endpoint": f"{here}/userinfo",
            "jwks_uri": f"{here}/jwks",
            "end_session_endpoint": f"{issuer}/logout",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "profile"],
            "claims_supported": [
                "sub", "name", "role", "account_type", "account_status", "credit_codes", "authority"
            ],
            "authorization_response_iss_parameter_supported": True,
            "ui_locales_supported": ["zh-CN"],
        }  # fmt: skip

    async def jwks(self) -> dict[str, Any]:
        return self._issuer.public_keys()

    async def authorize(self, request: Request) -> Response:
        return self._authorize({name: request.query_params.get(name, "") for name in REQUEST_PARAMETERS}, None)

    async def pick(self, request: Request) -> Response:
        form = await _form(request)
        asked = {name: form.get(name, "") for name in REQUEST_PARAMETERS}
        return self._authorize(asked, form.get("account", ""))

    def _authorize(self, asked: Mapping[str, str], picked: str | None) -> Response:
        settings = self._settings
        # A caller who cannot be trusted with an answer must not be redirected to (RFC 6749, 4.1.2.1).
        if asked["client_id"] != settings.client_id:
            return _refused("应用未登记", f"There is no client {asked['client_id']!r}")
        if asked["redirect_uri"] not in settings.redirect_uris:
            return _refused("返回地址未登记", f"The redirect_uri {asked['redirect_uri']!r} is not on the list")
        try:
            _check_request(asked)
        except OAuthError as error:
            return self._back(asked, {"error": error.code, "error_description": error.description})
        parameters = {name: value for name, value in asked.items() if value}
        action = f"{settings.issuer}/authorize"
        if picked is None:
            return account_page(self._directory, action, parameters)
        try:
            account = self._directory.account(picked)
        except UnknownAccount as error:
            return account_page(self._directory, action, parameters, typed=picked, error=error.reason)
        grant = Grant(
            account, settings.client_id, asked["redirect_uri"], asked["code_challenge"], asked["nonce"] or None
        )
        return self._back(asked, {"code": self._codes.give(grant)})

    def _back(self, asked: Mapping[str, str], answer: dict[str, str]) -> RedirectResponse:
        if asked["state"]:
            answer["state"] = asked["state"]
        return _redirect(asked["redirect_uri"], answer | {"iss": self._settings.issuer})

    async def token(self, request: Request) -> JSONResponse:
        form = await _form(request)
        try:
            client_id, secret = _client(request, form)
            answer = self._grant(form, client_id, secret)
        except OAuthError as error:
            headers = NO_STORE | ({"WWW-Authenticate": 'Basic realm="login"'} if error.status == 401 else {})
            return JSONResponse(
                {"error": error.code, "error_description": error.description}, error.status, headers=headers
            )
        return JSONResponse(answer, headers=NO_STORE)

    def _grant(self, form: Mapping[str, str], client_id: str, secret: str | None) -> dict[str, Any]:
        match form.get("grant_type"):
            case "authorization_code":
                return self._redeem(form, client_id, secret)
            case "client_credentials":
                return self._log_in_directly(client_id, secret)
            case other:
                raise OAuthError("unsupported_grant_type", f"grant_type {other!r} is not offered")

    def _redeem(self, form: Mapping[str, str], client_id: str, secret: str | None) -> dict[str, Any]:
        if client_id != self._settings.client_id or (secret is not None and not self._knows_secret(secret)):
            raise OAuthError("invalid_client", "Unknown client or wrong secret", 401)
        verifier = form.get("code_verifier", "")
        if not VERIFIER.fullmatch(verifier):
            raise OAuthError("invalid_request", "code_verifier of 43 to 128 characters is required (RFC 7636)")
        try:
            grant = self._codes.redeem(
                form.get("code", ""),
                client_id=client_id,
                redirect_uri=form.get("redirect_uri", ""),
                verifier=verifier,
            )
        except InvalidCode as error:
            raise OAuthError("invalid_grant", str(error)) from error
        return self._answer(grant.account, client_id) | {
            "id_token": self._issuer.id_token(grant.account, client_id, grant.nonce),
            "scope": "openid profile",
        }

    def _log_in_directly(self, client_id: str, secret: str | None) -> dict[str, Any]:
        if secret is None or not self._knows_secret(secret):
            raise OAuthError("invalid_client", "The client secret is wrong or missing", 401)
        try:
            account = self._directory.account(client_id)
        except UnknownAccount as error:
            raise OAuthError("invalid_client", str(error), 401) from error
        return self._answer(account, account.name)

    def _answer(self, account: Account, client_id: str) -> dict[str, Any]:
        return {
            "access_token": self._issuer.access_token(account, client_id),
            "token_type": "Bearer",
            "expires_in": self._settings.token_lifetime_seconds,
        }

    def _knows_secret(self, secret: str) -> bool:
        return hmac.compare_digest(secret.encode(), self._settings.client_secret.get_secret_value().encode())

    async def userinfo(self, request: Request) -> JSONResponse:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            subject = self._issuer.subject_of(token.strip() if scheme.lower() == "bearer" else "")
            account = self._directory.account(subject)
        except (InvalidAccessToken, UnknownAccount):
            headers = NO_STORE | {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return JSONResponse({"error": "invalid_token"}, 401, headers=headers)
        return JSONResponse({"sub": account.name, **account.claims()}, headers=NO_STORE)

    async def logout(self, request: Request) -> Response:
        asked: Mapping[str, str] = request.query_params if request.method == "GET" else await _form(request)
        if target := asked.get("post_logout_redirect_uri"):
            if target not in self._settings.logout_uris:
                return _refused("返回地址未登记", f"The post_logout_redirect_uri {target!r} is not on the list")
            return _redirect(target, {"state": asked["state"]} if asked.get("state") else {})
        return message_page("已退出登录", "您已退出登录，可以关闭本页面。", "You are logged out.")


def _check_request(asked: Mapping[str, str]) -> None:
    if asked["response_type"] != "code":
        raise OAuthError("unsupported_response_type", "Only response_type=code is offered")
    if asked["code_challenge_method"] != "S256" or not CHALLENGE.fullmatch(asked["code_challenge"]):
        raise OAuthError("invalid_request", "PKCE is required: code_challenge with code_challenge_method=S256")
    if asked["scope"] and "openid" not in asked["scope"].split():
        raise OAuthError("invalid_scope", "The scope must contain openid")
    if "none" in asked["prompt"].split():
        raise OAuthError("login_required", "Nobody is logged in here without being asked")


async def _form(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}


def _client(request: Request, form: Mapping[str, str]) -> tuple[str, str | None]:
    """The client's id and secret, by Basic or in the form.

    RFC 6749 has both encoded before they are joined with a colon. Account names contain one, and plain HTTP clients
    do not encode it; split at the last, either way is understood.
    """
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().rpartition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError("invalid_client", "The Basic credentials are malformed", 401) from error
    if not colon:
        raise OAuthError("invalid_client", "The Basic credentials are malformed", 401)
    return unquote_plus(client_id), unquote_plus(secret)


def _redirect(target: str, answer: Mapping[str, str]) -> RedirectResponse:
    joint = "" if not answer else "&" if "?" in target else "?"
    return RedirectResponse(f"{target}{joint}{urlencode(answer)}", 303, headers=NO_STORE)


def _refused(text: str, text_en: str) -> Response:
    return message_page("无法登录", f"{text}，请联系管理员。", text_en, 400)
