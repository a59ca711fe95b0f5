"""What refusals and reports mean: whether there is anybody at the address, and what has become of the mail.

Pure functions.
"""

import re

from services.notifier.mail.reports import Action
from services.notifier.vocabulary import MessageState

DEAD = {"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1", "4.4", "4.310", "4.312"}
"""Permanent statuses (RFC 3463 and its registry, without the class) that condemn the address.

No such mailbox or domain, moved away, switched off, no route to the domain. The others are about the sender (1.7, 1.8),
a mailbox that is full (2.2), the mail itself (2.3, 3.4, 6.x), the systems (3.x, 5.x) or their policy (7.x): another
mail, or the same one later, can arrive.
"""

SAYS_NOTHING = {"0.0", "1.5", "4.1"}
"""Statuses that some systems give whatever the matter is; then their words count."""

NOBODY = re.compile(
    r"""
    (user|mailbox|recipient|account|address|alias)\b[^.;]{0,60}?
        (not\ found|unknown|(does\ not|doesn't|not)\ exist|no\ longer|unavailable|invalid
        |disabled|deactivated|suspended|inactive)
    | recipient\ address\ rejected
    | (unknown|invalid|no\ such|non-?existent)\ (local\ )?(user|mailbox|recipient|account|address|person|domain)
    | (host|domain)\b[^.;]{0,60}?(not\ found|(does\ not|doesn't|not)\ exist)
    | (用户|邮箱|收件人|地址|帐号|账号|账户|域名)[^。；]{0,20}(不存在|未找到|找不到|无效|停用|注销)
    """,
    re.IGNORECASE | re.VERBOSE,
)

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3}\.\d{1,3})(?![\d.])")


def is_nobody(answer: str, status: str | None = None) -> bool:
    """Whether a refusal condemns the address: by its enhanced status, which may be told apart, else by its words.

    In doubt the address is not condemned.
    """
    found = _ENHANCED.search(status or answer)
    if found is not None and found[1] != "5":
        return False
    if found is not None and found[2] not in SAYS_NOTHING:
        return found[2] in DEAD
    return "sender" not in answer.lower() and NOBODY.search(answer) is not None


NOT_SENT = {MessageState.FAILED, MessageState.SUPPRESSED}


def becomes(state: MessageState, action: Action) -> MessageState:
    """What a report makes of a mail. Of a failure and a delivery the failure stands, whichever was heard of first.

    A server that reports on a mail has taken it, even where its answer was lost and the mail is still to be sent.
    """
    if action is Action.FAILED:
        return state if state in NOT_SENT else MessageState.BOUNCED
    if action is Action.DELIVERED and state is not MessageState.BOUNCED:
        return MessageState.DELIVERED
    return state
