"""Takes events in: all that one transaction brings is gathered first and has its effect together.

A published list brings thousands of events within seconds; handled one by one each would cost a dozen statements,
together they cost that for a whole batch. Nothing depends on the order within a batch or between batches.
"""

from services.notifier.commands.taking_in.gathering import Batch
from services.notifier.commands.taking_in.settling import keep_extensions, settle

__all__ = ["Batch", "keep_extensions", "settle"]
