"""Mail as it goes over the wire."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr

from services.notifier.mail.errors import Unsendable
from services.notifier.models import Mail


def compose(message: Message, recipient: str, rendered: Rendered, language: str, sender: str) -> EmailMessage:
    """The mail; its Message-ID is the same however often it is sent. Raises `Unsendable`."""
    name, address = parseaddr(sender)
    mail = EmailMessage(policy=WIRE)
    try:
        mail["From"] = Address(name, addr_spec=address)
        mail["To"] = Address(addr_spec=recipient)
        mail["Subject"] = rendered.subject
    except (ValueError, IndexError, MessageError) as error:
        raise Unsendable(f"{type(error).__name__}: {error}") from error
    mail["Message-ID"] = f"<{message.id}@{address.rpartition('@')[2]}>"
    mail["Date"] = format_datetime(real_now())
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language
    mail["X-Peiyu-Kind"] = message.kind
    mail.set_content(rendered.text, cte="base64")
    mail.add_alternative(rendered.html, subtype="html", cte="base64")
    return mail
