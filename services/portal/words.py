"""The field's terms by code, in Chinese as the source has them: states, titles, kinds, offices."""

from services.portal.language import Language, gettext


def N_(text: str) -> str:  # noqa: N802 - as Babel looks for it
    """Mark a text for translation; it is translated where it is shown."""
    return text


WORDS: dict[str, dict[str, str]] = {
    "title": {
        "innovative": N_("创新型中小企业"),
        "specialized": N_("专精特新中小企业"),
        "little_giant": N_("专精特新“小巨人”企业"),
        "growth": N_("成长型中小企业"),
    },
    "authority": {
        "XM-SM": N_("思明区"),
        "XM-HC": N_("海沧区"),
        "XM-HL": N_("湖里区"),
        "XM-JM": N_("集美区"),
        "XM-TA": N_("同安区"),
        "XM-XA": N_("翔安区"),
        "XM-HJ": N_("火炬高新区管委会"),
        "XM-GXJ": N_("市工业和信息化局"),
        "MIIT": N_("工业和信息化部"),
    },
    "duty": {
        "update": N_("年度信息更新"),
        "change_report": N_("重大变化报告"),
        "review": N_("复核申请"),
        "returned_case": N_("退回材料补正"),
    },
    "obligation_state": {"open": N_("待办"), "met": N_("已完成"), "moved": N_("已改期"), "ended": N_("已终止")},
    "change_type": {
        "rename": N_("更名"),
        "merger": N_("合并"),
        "split": N_("分立"),
        "restructuring": N_("重组"),
        "relocation": N_("迁移"),
        "overseas_branch": N_("设立境外分支机构"),
        "business": N_("主营业务变更"),
        "control": N_("控制权变更"),
        "other": N_("其他重大变化"),
    },
    "role": {
        "enterprise": N_("企业"),
        "authority": N_("审核部门"),
        "bureau": N_("市工信局"),
        "operator": N_("运维"),
        "platform": N_("平台"),
    },
    "service": {
        "profile": N_("企业信息"),
        "changes": N_("重大变更"),
        "reviews": N_("称号与复核"),
        "notifier": N_("提醒与邮件"),
    },
    "health": {
        "well": N_("正常"),
        "failing": N_("有失败消息"),
        "delayed": N_("有积压"),
        "broken": N_("部分不可用"),
        "silent": N_("没有响应"),
    },
    "part": {"database": N_("数据库"), "broker": N_("消息总线")},
    "failed_state": {"waiting": N_("待重试"), "dead": N_("已停止重试"), "discarded": N_("已作废")},
}
"""Vocabulary to code to word."""

SERVICES = tuple(WORDS["service"])
"""The services that operators watch."""


def word(language: Language, code: str | None, vocabulary: str) -> str:
    """The word for a code; a code that has none is shown as it is."""
    if not code:
        return "—"
    return gettext(language, WORDS[vocabulary].get(code, code))


def named(language: Language, codes: list[str] | tuple[str, ...], vocabulary: str) -> str:
    """The words for several codes in one line."""
    return (", " if language == "en" else "、").join(word(language, each, vocabulary) for each in codes)
