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
    "change_status": {
        "draft": N_("暂存中"),
        "submitted": N_("已提交，待审核"),
        "returned": N_("退回补正"),
        "opinion_given": N_("已出具审核意见"),
        "referred": N_("已报工信部"),
        "decided": N_("已办结"),
        "withdrawn": N_("已撤回"),
    },
    "change_field": {
        "type": N_("变更类型"),
        "happened_on": N_("发生日期"),
        "before": N_("变化前情况"),
        "after": N_("变化后情况"),
        "reason": N_("变化原因"),
        "details": N_("变化详情"),
        "details.new_name": N_("变更后的企业名称"),
        "details.counterparties": N_("对方企业"),
        "details.counterparties.name": N_("对方企业名称"),
        "details.counterparties.credit_code": N_("对方统一社会信用代码"),
        "details.from_place": N_("迁出地"),
        "details.to_place": N_("迁入地"),
        "details.leaves_province": N_("跨省迁移"),
        "details.country": N_("国家（地区）"),
        "details.branch_name": N_("境外分支机构名称"),
        "details.share": N_("持股比例"),
        "details.amount": N_("投资金额"),
        "impact": N_("变化的影响"),
        "impact.main_product_affected": N_("主导产品是否受到影响"),
        "impact.still_sme": N_("变化后是否仍为中小企业"),
        "impact.still_meets_criteria": N_("变化后是否仍符合评价或认定标准"),
        "attachments": N_("附件"),
        "file": N_("附件"),
        "declaration": N_("承诺"),
        "declaration.signatory": N_("签署人"),
    },
    "outcome": {
        "retained": N_("称号及有效期不变"),
        "cancelled": N_("取消称号"),
        "referred": N_("报工业和信息化部"),
    },
    "sanction": {
        "excused": N_("不予处理"),
        "revoke_eligibility": N_("取消复核资格"),
        "cancel_title": N_("取消称号"),
        "refer_title": N_("报工业和信息化部"),
        "retain_title": N_("保留称号"),
    },
    "standing": {
        "valid": N_("有效"),
        "under_review": N_("复核中"),
        "awaiting_review": N_("已到期，待复核"),
        "expired": N_("已失效"),
        "cancelled": N_("已取消"),
    },
    "eligibility": {"held": N_("具有复核资格"), "revoked": N_("复核资格已取消")},
    "follow_up_state": {
        "open": N_("待联系"),
        "met": N_("企业已办理"),
        "moved": N_("期限已改"),
        "ended": N_("事项已终止"),
        "readdressed": N_("已更换邮箱"),
        "resolved": N_("已办结"),
    },
    "follow_up_kind": {
        "unanswered": N_("多次提醒未办理"),
        "bad_address": N_("邮箱不存在"),
        "undelivered": N_("邮件被退回"),
    },
    "update_standing": {
        "not_updated": N_("未更新"),
        "updated": N_("按期更新"),
        "late": N_("逾期更新"),
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


def options(language: Language, vocabulary: str) -> list[tuple[str, str]]:
    """Every code of a vocabulary with its word, as a choice."""
    return [(code, gettext(language, text)) for code, text in WORDS[vocabulary].items()]


def named(language: Language, codes: list[str] | tuple[str, ...], vocabulary: str) -> str:
    """The words for several codes in one line."""
    return (", " if language == "en" else "、").join(word(language, each, vocabulary) for each in codes)
