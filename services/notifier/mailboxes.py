"""Whose mailbox a message goes to: a firm's contact, its second contact, an office, a subscriber.

A mailbox is not an address: the address that it has when a mail goes out is the one that counts.
"""

from uuid import UUID

FIRM, OFFICE, SUBSCRIPTION = "firm:", "office:", "subscription:"
SECOND = "/second"


def firm(credit_code: str) -> str:
    """The contact person (联系人) of a firm."""
    return f"{FIRM}{credit_code}"


def second(credit_code: str) -> str:
    """The second contact person of a firm."""
    return f"{FIRM}{credit_code}{SECOND}"


def office(authority: str) -> str:
    """The officers of an authority, by their common address."""
    return f"{OFFICE}{authority}"


def subscription(subscription_id: UUID) -> str:
    """An officer who subscribed."""
    return f"{SUBSCRIPTION}{subscription_id}"


def is_second(mailbox: str) -> bool:
    """Whether it is that of a firm's second contact person."""
    return mailbox.startswith(FIRM) and mailbox.endswith(SECOND)


def subscription_of(mailbox: str) -> UUID | None:
    """The subscription whose mailbox it is; None for any other."""
    return UUID(mailbox.removeprefix(SUBSCRIPTION)) if mailbox.startswith(SUBSCRIPTION) else None


def firm_of(mailbox: str) -> str | None:
    """The credit code of the firm whose contact, or second contact, has this mailbox; None where officers have it."""
    return mailbox.removeprefix(FIRM).removesuffix(SECOND) if mailbox.startswith(FIRM) else None
