"""Mail as it goes over the wire."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from uuid import UUID

from services.notifier.mail.errors import Unsendable
from services.notifier.models import Mail


def compose(written: Mail, sender: str) -> EmailMessage:
    """The mail; it is the same, byte for byte, however often it is composed. Raises `Unsendable`."""
    name, address = parseaddr(sender)
    mail = EmailMessage(policy=WIRE)
    try:
        mail["From"] = Address(name, addr_spec=address)
        mail["To"] = Address(addr_spec=written.recipient)
        mail["Subject"] = written.subject
    except (ValueError, IndexError, MessageError) as error:
        raise Unsendable(f"{type(error).__name__}: {error}") from error
    mail["Message-ID"] = message_id_of(written.id, sender)
    mail["Date"] = format_datetime(written.created_at)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = written.language
    mail.set_content(written.text, cte="base64")
    mail.add_alternative(written.html, subtype="html", cte="base64")
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"={written.id.hex}={number}=")
    return mail


def message_id_of(mail_id: UUID, sender: str) -> str:
    """The Message-ID of a mail: under the sender's domain, by the mail's own id."""
    return f"<{mail_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
