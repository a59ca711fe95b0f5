"""The record of acts (审计): who did what to which record, what stood there before and after; kept in one chain.

The database itself records: a trigger on every audited table leaves an entry for each row that is written, by whatever
statement (`shared.runtime.schema.audited`), in the transaction of the act. Who acts is told to it once before the first
write (`declaring`); what is written past the application is recorded as the database account's.

Writers are not made to wait for each other: an entry waits in `audit_pending` until a sealer, one at a time, gives it
its place in the chain (`sealing`): a position without gaps, and a hash over itself and the hash before it (`chain`).
"""

from shared.audit.chain import Entry, Fault, Head
from shared.audit.checking import Verdict, exported, verify
from shared.audit.declaring import declaration, declare_by, declare_now
from shared.audit.sealing import Sealer, Unsealed, unsealed

__all__ = [
    "Entry",
    "Fault",
    "Head",
    "Sealer",
    "Unsealed",
    "Verdict",
    "declaration",
    "declare_by",
    "declare_now",
    "exported",
    "unsealed",
    "verify",
]
