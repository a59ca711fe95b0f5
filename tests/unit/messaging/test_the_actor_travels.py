"""An event tells who did it, and one of a time when that was not told is read all the same."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from shared.contracts import ProfileRegistered, ProfileState
from shared.messaging import decode, encode
from shared.messaging.envelope import new_event
from shared.runtime.acting import OWN_ACCORD, PLATFORM, Act, Actor, act_from_here, act_on, acting, present_act

OFFICER = Actor("officer:XM-SM", "思明区 审核员", "authority")
CODE = "91350203MA31F1331W"
TOLD = ProfileRegistered(
    credit_code=CODE, profile=ProfileState(credit_code=CODE, version=1, name="厦门示例有限公司", authority="XM-SM")
)


def written(actor):
    return json.loads(
        encode(new_event(TOLD, sequence=1, time=datetime(2026, 4, 20, tzinfo=UTC), traceparent=None, actor=actor))
    )


def test_the_actor_is_written_as_extension_attributes_and_read_back():
    wire = written(OFFICER)
    assert (wire["actor"], wire["actorname"], wire["actorrole"]) == ("officer:XM-SM", "思明区 审核员", "authority")
    assert decode(json.dumps(wire).encode()).actor == OFFICER


def test_an_event_without_an_actor_is_read_as_nobodys():
    wire = written(None)
    assert not {"actor", "actorname", "actorrole"} & set(wire)
    assert decode(json.dumps(wire).encode()).actor is None


def test_an_actor_of_whom_only_the_subject_is_told_is_called_by_it():
    wire = written(None) | {"actor": "somebody"}
    assert decode(json.dumps(wire).encode()).actor == Actor("somebody", "somebody", "unknown")


@pytest.mark.parametrize("name", ["actor", "actorname", "actorrole"])
def test_attribute_names_are_as_cloud_events_wants_them(name):
    assert name.isalnum() and name == name.lower() and len(name) <= 20


def test_what_nobody_asked_for_is_the_platforms():
    assert present_act() == OWN_ACCORD
    assert act_on(CODE).actor == PLATFORM


def test_an_act_ends_with_its_block_even_where_a_caller_became_known_within():
    with acting(Act("request", PLATFORM)):
        act_from_here(Act("register_enterprise", OFFICER))
        assert act_on(CODE) == Act("register_enterprise", OFFICER)
    assert present_act() == OWN_ACCORD


def test_what_is_done_to_one_of_several_firms_is_that_firms_act():
    own, other = Act("profile.updated.v1", Actor("firm:A", "甲", "enterprise")), Act("profile.updated.v1", OFFICER)
    with acting(other, {CODE: own}):
        assert act_on(CODE) == own
        assert act_on("91350213MA33WMAT03") == other


async def test_tasks_side_by_side_act_each_for_its_own():
    async def act(number):
        with acting(Act(f"act {number}", PLATFORM)):
            await asyncio.sleep(0)
            return present_act().name

    assert await asyncio.gather(*map(act, range(5))) == [f"act {number}" for number in range(5)]
