"""What can go wrong with a mail.

MailError
├── Refused          the server refuses this message for good: its answer
├── RefusedForNow    it may take it later: its answer
├── Unsendable       this is no message that could be sent: what is wrong with it
├── NotAReport       what came back is no delivery report: what it lacks
└── Disconnected     the connection was lost: whether the message was taken is not known
    └── Unreachable  there was no connection at all
"""


class MailError(Exception):
    """A message was not taken"""


class Refused(MailError):
    """The server refuses the message for good"""


class RefusedForNow(MailError):
    """The server may take the message later"""


class Unsendable(MailError):
    """The message cannot be put into mail"""


class NotAReport(MailError):
    """This is no delivery report"""


class Disconnected(MailError):
    """The connection to the mail server was lost"""


class Unreachable(Disconnected):
    """The mail server cannot be reached"""
