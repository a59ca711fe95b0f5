"""The gateway's limits are each visitor's own: the portal says for whom it calls, as the gateway told it."""

from tests.unit.portal.platform import Services, clerk_before


async def test_the_portal_passes_on_who_calls():
    services = Services({})
    async with clerk_before(services) as client:
        await client.get("/messages", headers={"X-Client-Address": "198.51.100.7", "X-Forwarded-For": "203.0.113.1"})
        await client.get("/messages")

    told, untold = services.asked[0], services.asked[-1]
    assert told.headers["X-Forwarded-For"] == "198.51.100.7"
    assert "X-Forwarded-For" not in untold.headers
