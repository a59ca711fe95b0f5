"""What is measured by looking now and then: what firms owe and by when, and the mail that waits."""

from prometheus_client import Gauge

from services.notifier.repository import measures
from shared.messaging import Backend
from shared.regulation import Duty

LIMITS = {0: "0-7", 8: "8-30", 31: "31-90", 91: "91+"}
OVERDUE = "overdue"
OPEN = Gauge("peiyu_obligations_open", "Duties that are not met, by the days that are left", ["duty", "days_left"])
MAILS = Gauge("peiyu_mails_waiting", "Mails that are written and not taken by the mail server", ["state"])
MESSAGES = Gauge("peiyu_messages_waiting", "Messages that wait for the mail that is to carry them")


async def measure(backend: Backend) -> int:
    """Look once; 0, as of a sweep that found nothing."""
    async with backend.work() as work:
        open_ = await measures.open_obligations(work.session, work.today(), list(LIMITS))
        mails = await measures.mails_on_the_way(work.session)
        messages = await measures.unwritten(work.session)
    for duty in Duty:
        for place, days_left in enumerate((OVERDUE, *LIMITS.values())):
            OPEN.labels(duty, days_left).set(open_.get((duty, place), 0))
    for state, count in mails.items():
        MAILS.labels(state).set(count)
    MESSAGES.set(messages)
    return 0
