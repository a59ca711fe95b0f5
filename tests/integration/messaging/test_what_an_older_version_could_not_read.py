"""While two versions run side by side the older one is given events that only the newer one knows."""

import json

import pytest
from sqlalchemy import text

from shared.contracts import ProfileRegistered, ProfileUpdated
from shared.contracts.asyncapi import sample
from shared.messaging import FailedMessages, Handlers
from shared.messaging.consumer import Consumer


@pytest.fixture
async def it(start_service):
    async with start_service("changes") as running:
        running.taken = []

        def version(*known):
            handlers = Handlers("changes")

            @handlers.on(*known)
            async def take(work, event):
                running.taken.append(event.type)

            return Consumer("changes", running.backend, handlers)

        async def kept():
            async with running.backend.database.transaction() as session:
                rows = await session.execute(text("SELECT type, state FROM failed_messages ORDER BY type"))
                return [tuple(row) for row in rows]

        running.version, running.kept = version, kept
        yield running


def body(type_, **changes):
    return json.dumps(sample(type_) | changes).encode()


async def test_the_newer_version_takes_up_what_the_older_one_could_not_read_and_nothing_else(it):
    older, newer = it.version(ProfileRegistered), it.version(ProfileRegistered, ProfileUpdated)
    unknown = body(ProfileUpdated.type, type="profile.unheard_of.v1")
    await older.receive([body(ProfileUpdated.type)])
    await older.receive([unknown])
    await older.receive([body(ProfileRegistered.type, data={})])
    dead = [("profile.unheard_of.v1", "dead"), (ProfileUpdated.type, "dead"), (None, "dead")]
    assert await it.kept() == dead
    assert not await FailedMessages(older).take_up()
    retries = FailedMessages(newer)
    assert await retries.take_up()
    assert not await FailedMessages(older).retry_one()
    assert await retries.retry_one()
    assert not await retries.take_up()
    assert it.taken == [ProfileUpdated.type]
    assert await it.kept() == [dead[0], dead[2]]
