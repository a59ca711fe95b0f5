"""What officers subscribe to, each change in one transaction. A subscription that has ended stays on record."""

import uuid_utils.compat as uuid7s

from services.notifier import mailboxes
from services.notifier.forms import SubscriptionChange, SubscriptionForm
from services.notifier.models import Subscription
from services.notifier.repository import messages
from shared.messaging import Work
from shared.web.auth import Caller, Forbidden, Role
from shared.web.conditional import hold
from shared.web.problems import Conflict, Defect, InvalidInput


class SubscriptionEnded(Conflict):
    """This subscription has ended"""

    type = "subscription-ended"
    title_zh = "该订阅已终止"


async def subscribe(work: Work, form: SubscriptionForm, caller: Caller) -> Subscription:
    """Take a subscription. Raises `InvalidInput` where an officer names another authority than its own."""
    office = work.regulation.bureau.code if caller.role is Role.BUREAU else caller.authority
    authority = form.authority or office
    assert authority is not None
    if caller.role is not Role.BUREAU and authority != office:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/authority",
                    code="not_your_authority",
                    detail=f"you subscribe to what concerns {office}",
                    detail_zh=f"只能订阅本部门（{office}）的事项",
                )
            ]
        )
    subscription = Subscription(
        id=uuid7s.uuid7(),
        authority=authority,
        subscriber=caller.subject,
        version=1,
        created_at=work.now(),
        **_wanted(form, caller.name),
    )
    work.session.add(subscription)
    return subscription


async def change(
    work: Work, subscription: Subscription, form: SubscriptionChange, expected: int, caller: Caller
) -> None:
    """Replace what is wanted; what waits goes out as it says now."""
    _hold(subscription, expected, caller)
    for name, value in _wanted(form, subscription.name).items():
        setattr(subscription, name, value)
    subscription.version += 1
    await messages.look_again(work.session, mailboxes.subscription(subscription.id), work.now())


async def end(work: Work, subscription: Subscription, expected: int, caller: Caller) -> None:
    """End a subscription; what waits is not sent any more."""
    _hold(subscription, expected, caller)
    subscription.ended_at = work.now()
    subscription.version += 1
    await messages.look_again(work.session, mailboxes.subscription(subscription.id), work.now())


def _hold(subscription: Subscription, expected: int, caller: Caller) -> None:
    """Raises `Forbidden` for an officer whose it is not, `SubscriptionEnded`, or what `hold` raises."""
    if caller.role is not Role.BUREAU and subscription.subscriber != caller.subject:
        raise Forbidden("Only who took the subscription, or the bureau, may do this")
    hold(expected, subscription.version)
    if subscription.ended_at is not None:
        raise SubscriptionEnded("Take a new one")


def _wanted(form: SubscriptionChange, name: str) -> dict[str, object]:
    return {
        "name": form.name or name,
        "email": form.email,
        "language": form.language,
        "duties": list(dict.fromkeys(form.duties)) if form.duties else None,
        "kinds": list(dict.fromkeys(form.kinds)) if form.kinds else None,
        "delivery": form.delivery,
    }
