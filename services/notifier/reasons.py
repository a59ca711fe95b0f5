"""Why a message was not sent, or not yet, in a sentence for those who ask."""

from services.notifier.vocabulary import Reason

SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.MET: ("事项已办结，无需再提醒。", "The duty was met; there was nothing left to remind of."),
    Reason.MOVED: ("截止日期已调整，以新日期的提醒为准。", "The date was moved; the reminders of the new date count."),
    Reason.ENDED: ("该事项已不再需要办理。", "Nothing is owed any more."),
    Reason.SUPERSEDED: (
        "已由更临近截止日期的提醒代替。",
        "A reminder nearer to the date took its place.",
    ),
    Reason.TOO_OLD: ("截止日期已过太久，不再发送。", "The date passed too long ago."),
    Reason.QUIET_HOURS: (
        "正在等待发送时间（夜间、休息日不发送，或每日汇总）。",
        "It waits for its time: not at night, not on days off, or with the daily digest.",
    ),
    Reason.NO_ADDRESS: (
        "没有可用的邮箱地址；登记邮箱后自动发送。",
        "No address is known; it goes out when there is one.",
    ),
    Reason.NOT_ALLOW_LISTED: (
        "该地址不在本环境允许发送的范围内。",
        "The address is not among those that may get mail from here.",
    ),
    Reason.ADDRESS_DEAD: (
        "该邮箱地址已确认无法送达；更换地址或由工作人员核实后自动发送。",
        "Nobody is at the address; it goes out when there is another one, or when officers have found it in order.",
    ),
    Reason.SAME_ADDRESS: (
        "第二联系人与联系人的邮箱相同，不重复发送。",
        "Both contacts have the same address; it is written to once.",
    ),
    Reason.UNSUBSCRIBED: ("收件人已取消订阅。", "The subscription has ended."),
    Reason.REFUSED: ("对方邮件服务器拒收。", "The mail server refused it for good."),
    Reason.GIVEN_UP: (
        "多次尝试仍未被对方邮件服务器接收，已停止发送。",
        "It was not taken in days of trying.",
    ),
    Reason.UNSENDABLE: ("无法生成可发送的邮件，请联系运维人员。", "It could not be made a mail; tell the operators."),
}
"""The Chinese and the English sentence of every reason."""


def sentence(reason: str | None) -> tuple[str | None, str | None]:
    """The sentences of a reason, none for none."""
    return SENTENCES[Reason(reason)] if reason else (None, None)
