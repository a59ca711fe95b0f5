"""Sends a message anew because somebody asked for it."""

from typing import Any

import uuid_utils.compat as uuid7s

from services.notifier.commands import posting
from services.notifier.mail.rendering import Renderer
from services.notifier.models import Message
from services.notifier.reasons import sentence
from services.notifier.repository import messages
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import MessageState
from shared.messaging import Work
from shared.runtime.tracing import traceparent
from shared.web.problems import Conflict

ON_THE_WAY = {MessageState.QUEUED, MessageState.SENDING}
WRITTEN_ONCE = (
    "kind",
    "about",
    "stage",
    "audience",
    "mailbox",
    "credit_code",
    "authority",
    "recipient",
    "obligation_id",
    "due",
    "facts",
)


class OnItsWay(Conflict):
    """The message is on its way already"""

    type = "message-on-its-way"
    title_zh = "该消息正在发送"


class WouldNotGoOut(Conflict):
    """Sent now, the message would be untrue, or reach nobody"""

    type = "message-would-not-go-out"
    title_zh = "该消息现在不宜重新发送"


async def resend(work: Work, settings: NotifierSettings, renderer: Renderer, message: Message, reason: str) -> Message:
    """Tell the same thing to the same mailbox once more: a new message, worded anew as things are now, a new mail.

    Raises `OnItsWay` while one waits, `WouldNotGoOut` where sending it would say what is true no more or reach nobody.
    """
    told = await messages.told_alike(work.session, message)
    if any(each.state in ON_THE_WAY for each in told):
        raise OnItsWay("Wait until it has gone out", detail_zh="请等待其发送完成。")
    if posting.is_list(message):
        raise WouldNotGoOut(
            "It lists firms as they stood; the next list of this duty says how they stand",
            detail_zh="名单类通知以下一期为准，不重新发送。",
        )
    objection = await posting.objection(work, settings, renderer, message)
    if objection is not None:
        text, text_en = sentence(objection)
        raise WouldNotGoOut(text_en, detail_zh=text, reason=objection.value)
    again = Message(
        **_same(message),
        id=uuid7s.uuid7(),
        again=max(each.again for each in told) + 1,
        state=MessageState.QUEUED,
        resend_reason=reason,
        at=work.now(),
        not_before=work.now(),
        traceparent=traceparent.get(),
    )
    work.session.add(again)
    await work.session.flush()
    return again


def _same(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in WRITTEN_ONCE}
