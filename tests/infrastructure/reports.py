"""Delivery reports as a mail system would send them of a mail that it was given."""

from email.message import EmailMessage
from email.utils import parseaddr


def report(
    mail: EmailMessage,
    action: str = "failed",
    status: str = "5.1.1",
    *,
    recipient: str | None = None,
    diagnostic: str | None = None,
    message_id: str | None = None,
    number: int = 1,
) -> bytes:
    """A report on `mail`, the `number`th of its kind, on what was done with it for its recipient or another one."""
    to = recipient or parseaddr(mail["To"])[1]
    said = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return (
        f"From: MAILER-DAEMON@mx.city.example\nTo: no-reply@peiyu.example\n"
        f"Message-ID: <{action}.{status}.{number}@mx.city.example>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain; charset=utf-8\n\n（退信）\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.city.example\n\n"
        f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n{said}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {message_id or mail['Message-ID']}\n\n--b--\n"
    ).encode()
