"""The provider's keys: fetched once, kept while it is away, asked for again when they have changed."""

import asyncio

import httpx
import pytest

from shared.web.auth import AuthSettings, NotAuthenticated, TokenVerifier
from shared.web.problems import Unavailable
from shared.web.provider_keys import provider_client
from tests.unit.web.auth_provider import ISSUER, Pace, Provider, ec_key, verifier_of


async def test_keys_are_fetched_once_for_many_tokens():
    provider = Provider()
    verifier = verifier_of(provider)
    for _ in range(5):
        await verifier.verify(provider.token())
    assert provider.asked == 1


async def test_simultaneous_first_callers_share_one_fetch():
    provider = Provider()
    verifier = verifier_of(provider)
    await asyncio.gather(*(verifier.verify(provider.token()) for _ in range(20)))
    assert provider.asked == 1


async def test_a_token_of_a_new_key_is_accepted_after_the_keys_were_rotated():
    provider = Provider()
    verifier = verifier_of(provider)
    await verifier.verify(provider.token())
    provider.keys.append(ec_key("second"))
    assert await verifier.verify(provider.token())
    assert provider.asked == 2


async def test_unknown_keys_have_the_provider_asked_at_most_once_a_minute():
    provider, pace = Provider(), Pace()
    verifier = verifier_of(provider, pace)
    await verifier.verify(provider.token())
    for _ in range(10):
        with pytest.raises(NotAuthenticated):
            await verifier.verify(provider.token(key=ec_key("stranger")))
    assert provider.asked == 2
    provider.keys.append(ec_key("second"))
    pace.now += 59
    with pytest.raises(NotAuthenticated):
        await verifier.verify(provider.token())
    pace.now += 1
    assert await verifier.verify(provider.token())
    assert provider.asked == 3


async def test_known_keys_go_on_working_while_the_provider_is_down():
    provider, pace = Provider(), Pace()
    verifier = verifier_of(provider, pace)
    await verifier.verify(provider.token())
    provider.down = True
    pace.now += 100_000
    assert await verifier.verify(provider.token())


async def test_a_withdrawn_key_stops_working_within_the_hour():
    provider, pace = Provider(), Pace()
    verifier = verifier_of(provider, pace)
    old = provider.token()
    await verifier.verify(old)
    provider.keys = [ec_key("second")]
    pace.now += 3600
    with pytest.raises(NotAuthenticated):
        await verifier.verify(old)


async def test_without_any_key_a_provider_that_is_down_is_a_503_and_not_a_refusal():
    provider, pace = Provider(), Pace()
    provider.down = True
    verifier = verifier_of(provider, pace)
    with pytest.raises(Unavailable) as caught:
        await verifier.verify(provider.token())
    assert caught.value.headers["Retry-After"] == "1"
    provider.down = False
    pace.now += 1
    assert await verifier.verify(provider.token())


async def test_a_new_key_while_the_provider_is_down_is_a_503_and_not_a_refusal():
    provider = Provider()
    verifier = verifier_of(provider)
    await verifier.verify(provider.token())
    provider.down = True
    with pytest.raises(Unavailable):
        await verifier.verify(provider.token(key=ec_key("second")))


async def test_one_key_of_an_unknown_kind_spoils_no_other():
    provider = Provider()
    provider.extra = [
        {"kty": "AKP", "kid": "future", "alg": "ML-DSA-44", "pub": "x"},
        {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "!", "y": "!"},
        {"kid": "empty"},
    ]
    assert await verifier_of(provider).verify(provider.token())


async def test_a_token_without_a_key_id_needs_the_only_key():
    provider = Provider()
    assert await verifier_of(provider).verify(provider.token(header={"kid": None}))
    provider.keys.append(ec_key("second"))
    with pytest.raises(NotAuthenticated):
        await verifier_of(provider).verify(provider.token(header={"kid": None}))


async def test_a_discovery_document_of_another_issuer_is_not_followed():
    def impostor(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"issuer": "https://elsewhere.example", "jwks_uri": f"{ISSUER}/jwks"})

    verifier = TokenVerifier(
        AuthSettings(issuer=ISSUER), lambda: httpx.AsyncClient(transport=httpx.MockTransport(impostor))
    )
    with pytest.raises(Unavailable):
        await verifier.verify(Provider().token())


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"keys": []}', b'{"keys": "none"}'])
async def test_an_answer_that_holds_no_keys_counts_as_no_answer(answer):
    client = httpx.MockTransport(lambda _: httpx.Response(200, content=answer))
    verifier = TokenVerifier(
        AuthSettings(issuer=ISSUER, jwks_url=f"{ISSUER}/jwks"), lambda: httpx.AsyncClient(transport=client)
    )
    with pytest.raises(Unavailable):
        await verifier.verify(Provider().token())


async def test_a_caller_who_gives_up_waiting_leaves_the_fetch_to_the_next():
    provider, waiting, go_on = Provider(), asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        waiting.set()
        await go_on.wait()
        return provider.answer(request)

    verifier = TokenVerifier(
        AuthSettings(issuer=ISSUER), lambda: httpx.AsyncClient(transport=httpx.MockTransport(slow)), Pace()
    )
    first = asyncio.create_task(verifier.verify(provider.token()))
    await waiting.wait()
    second = asyncio.create_task(verifier.verify(provider.token()))
    await asyncio.sleep(0)
    first.cancel()
    go_on.set()
    assert await second


async def test_a_proxy_of_the_environment_is_not_asked_for_a_provider_on_this_machine(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with provider_client() as http:
            assert (await http.get(f"http://127.0.0.1:{port}/")).text == "ok"
