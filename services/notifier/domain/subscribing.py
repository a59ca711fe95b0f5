"""Which officers want to be told of something."""

from collections.abc import Iterable

from services.notifier.models import Subscription
from services.notifier.vocabulary import TO_OFFICERS, Delivery, Kind


def wanting(subscriptions: Iterable[Subscription], office: str, bureau: str, kind: Kind) -> list[Subscription]:
    """The subscriptions by which something of this kind, told to an office, is told to others too.

    Those of the bureau are to the whole city. An address that several of them name is told once, at once if one of
    them says so.
    """
    chosen: dict[str, Subscription] = {}
    for each in subscriptions:
        if each.authority not in (office, bureau) or not _names(each, kind):
            continue
        taken = chosen.setdefault(each.email.casefold(), each)
        if taken.delivery != Delivery.AT_ONCE and each.delivery == Delivery.AT_ONCE:
            chosen[each.email.casefold()] = each
    return list(chosen.values())


def _names(subscription: Subscription, kind: Kind) -> bool:
    duties, kinds = subscription.duties, subscription.kinds
    duty = TO_OFFICERS[kind]
    return (duties is None or duty is None or duty in duties) and (kinds is None or kind in kinds)
