"""What a bearer token must be: everything that is not an access token of our provider, for us, in force, is a 401."""

import base64
import hmac
import json
import re
import warnings

import pytest
from joserfc.jwk import OctKey, OKPKey, RSAKey

from shared.web.auth import NotAuthenticated, Role
from tests.unit.web.auth_provider import FIRM, Provider, ec_key, resigned, seconds, verifier_of


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def refusal(provider: Provider, token: str) -> str:
    with pytest.raises(NotAuthenticated) as caught:
        await verifier_of(provider).verify(token)
    assert caught.value.status == 401
    assert caught.value.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    return str(caught.value.detail)


async def test_a_good_token_names_its_caller():
    provider = Provider()
    caller = await verifier_of(provider).verify(provider.token())
    assert (caller.subject, caller.name, caller.role) == ("u1", "厦门示例科技有限公司", Role.ENTERPRISE)
    assert caller.credit_codes == {FIRM}
    assert caller.authority is None


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
async def test_both_spellings_of_the_access_token_type_are_accepted(typ):
    provider = Provider()
    assert await verifier_of(provider).verify(provider.token(header={"typ": typ}))


@pytest.mark.parametrize("typ", [None, "JWT", "id+jwt", ""])
async def test_an_id_token_or_a_token_without_a_type_is_not_an_access_token(typ):
    provider = Provider()
    assert "at+jwt" in await refusal(provider, provider.token(header={"typ": typ}))


async def test_a_forged_claim_breaks_the_signature():
    provider = Provider()
    forged = resigned(provider.token(), role="bureau")
    assert "signature" in await refusal(provider, forged)


async def test_a_key_of_ones_own_under_the_providers_key_id_is_a_wrong_signature():
    provider = Provider()
    assert "signature" in await refusal(provider, provider.token(key=ec_key("first")))


async def test_an_unsigned_token_is_refused():
    provider = Provider()
    claims = provider.token().split(".")[1]
    for alg in ("none", "None", "NONE"):
        header = encoded({"alg": alg, "typ": "at+jwt", "kid": "first"})
        assert "algorithm" in await refusal(provider, f"{header}.{claims}.")


async def test_the_public_key_is_no_shared_secret():
    provider = Provider()
    provider.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})]
    claims = provider.token(header={"alg": "RS256"}).split(".")[1]
    message = f"{encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'first'})}.{claims}"
    digest = hmac.digest(provider.keys[0].as_pem(private=False), message.encode(), "sha256")
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert "algorithm" in await refusal(provider, f"{message}.{signature}")


async def test_a_symmetric_key_among_the_published_ones_is_not_used():
    provider = Provider()
    shared = OctKey.generate_key(256, {"kid": "shared"})
    provider.extra = [shared.as_dict(private=True)]
    assert "algorithm" in await refusal(provider, provider.token(key=shared, header={"alg": "HS256"}))


async def test_an_algorithm_outside_the_list_is_refused_even_with_the_right_key():
    provider = Provider()
    provider.keys = [RSAKey.generate_key(2048, {"kid": "first"})]
    assert "algorithm" in await refusal(provider, provider.token(header={"alg": "RS384"}))


async def test_a_token_of_another_key_type_than_its_algorithm_is_refused():
    provider = Provider()
    rsa = RSAKey.generate_key(2048, {"kid": "first"})
    await refusal(provider, provider.token(key=rsa, header={"alg": "RS256"}))


@pytest.mark.parametrize("alg", ["RS256", "EdDSA"])
async def test_rsa_and_edwards_keys_are_accepted_too(alg):
    provider = Provider()
    provider.keys = [
        RSAKey.generate_key(2048, {"kid": "r"}) if alg == "RS256" else OKPKey.generate_key("Ed25519", {"kid": "e"})
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        token = provider.token(header={"alg": alg})
    assert await verifier_of(provider).verify(token)


async def test_a_token_of_another_issuer_is_refused():
    provider = Provider()
    assert "iss" in await refusal(provider, provider.token(iss="https://elsewhere.example"))


async def test_a_token_for_another_audience_is_refused():
    provider = Provider()
    assert "aud" in await refusal(provider, provider.token(aud=["other", "another"]))


async def test_one_audience_among_several_is_enough():
    provider = Provider()
    assert await verifier_of(provider).verify(provider.token(aud=["other", "peiyu"]))


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "sub"])
async def test_a_token_that_lacks_a_required_claim_is_refused(missing):
    provider = Provider()
    assert missing in await refusal(provider, provider.token(**{missing: None}))


async def test_an_expired_token_is_refused_once_the_leeway_has_passed():
    provider = Provider()
    assert "expired" in await refusal(provider, provider.token(exp=seconds(seconds=-31)))
    assert await verifier_of(provider).verify(provider.token(exp=seconds(seconds=-5)))


@pytest.mark.parametrize("exp", ["tomorrow", True, [], float("nan")])
async def test_an_expiry_that_is_no_date_is_refused(exp):
    provider = Provider()
    await refusal(provider, provider.token(exp=exp))


async def test_a_token_from_the_future_is_refused():
    provider = Provider()
    assert "not yet valid" in await refusal(provider, provider.token(nbf=seconds(minutes=5)))
    assert "future" in await refusal(provider, provider.token(iat=seconds(minutes=5)))


async def test_a_token_that_demands_an_extension_is_refused():
    provider = Provider()
    parts = provider.token().split(".")
    header = encoded({"alg": "ES256", "typ": "at+jwt", "kid": "first", "crit": ["b64"], "b64": False})
    await refusal(provider, ".".join([header, *parts[1:]]))


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "a",
        "a.b.c",
        "....",
        "汉字.汉字.汉字",
        f"{encoded([])}.e30.x",
        f"{encoded(['alg'])}.e30.x",
        f"{encoded({'alg': [], 'typ': 'at+jwt'})}.e30.x",
        f"{encoded({'alg': 'ES256', 'typ': 'at+jwt', 'kid': {}})}.e30.x",
        f"{base64.urlsafe_b64encode(b'[' * 300).decode()}.e30.x",
        "x" * 300_000,
    ],
)
async def test_rubbish_is_refused_without_a_failure(rubbish):
    await refusal(Provider(), rubbish)


async def test_the_challenge_tells_nothing_that_a_header_cannot_carry():
    provider = Provider()
    with pytest.raises(NotAuthenticated) as caught:
        await verifier_of(provider).verify(provider.token(iss='"\r\nX: 1'))
    assert re.fullmatch(r"[\x20-\x7e]+", caught.value.headers["WWW-Authenticate"])
