"""Whom a firm's mail reaches."""

from services.notifier.models import Firm


def second_address(firm: Firm) -> str | None:
    """The address of the second contact person (第二联系人), where it is another one than the first's."""
    first, second = firm.contact_email, firm.second_email
    return second if second and second.casefold() != (first or "").casefold() else None
