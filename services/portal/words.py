"""The field's terms by code, in Chinese as the source has them: states, titles, kinds, offices."""

from collections.abc import Iterable

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
    "occurrence_state": {
        "open": N_("待企业报告"),
        "overdue": N_("逾期未报告"),
        "reported": N_("已报告"),
        "dismissed": N_("已撤销"),
        "sanctioned": N_("已处理"),
    },
    "standing": {
        "valid": N_("有效期内"),
        "under_review": N_("复核中"),
        "awaiting_review": N_("已到期，待复核"),
        "expired": N_("已失效"),
        "cancelled": N_("已取消"),
    },
    "eligibility": {"held": N_("具有复核资格"), "revoked": N_("复核资格已取消")},
    "eligibility_act": {"revoked": N_("复核资格取消"), "restored": N_("复核资格恢复")},
    "breach": {"update": N_("未按时更新信息"), "change_report": N_("未按时报告重大变化")},
    "duty_state": {
        "open": N_("未到期"),
        "met": N_("按时完成"),
        "missed": N_("逾期未完成"),
        "forgiven": N_("已免责"),
        "lapsed": N_("随称号终止"),
    },
    "year_state": {
        "met": N_("按时完成"),
        "missed": N_("逾期未完成"),
        "open": N_("未到期"),
        "forgiven": N_("已免责"),
    },
    "review_status": {
        "checking": N_("核对中"),
        "submitted": N_("已提交，待审核"),
        "returned": N_("退回补正"),
        "authority_passed": N_("审核部门已通过"),
        "recommended": N_("已推荐至工信部"),
        "in_public_notice": N_("公示中"),
        "approved": N_("复核通过"),
        "rejected": N_("复核未通过"),
        "refused": N_("未受理"),
        "withdrawn": N_("已撤回"),
        "lapsed": N_("逾期未补正，已失效"),
        "stopped": N_("已终止"),
    },
    "review_step": {
        "profile": N_("平台核对企业信息"),
        "enterprise": N_("企业补正"),
        "authority": N_("审核部门审核"),
        "bureau": N_("市工信局审核"),
        "ministry": N_("工信部审核"),
        "platform": N_("公示"),
    },
    "review_act": {
        "applied": N_("企业提交申请"),
        "checked": N_("核对通过，已受理"),
        "refused": N_("不予受理"),
        "on_site_check_ordered": N_("安排实地抽查"),
        "on_site_check_recorded": N_("登记实地抽查结果"),
        "returned": N_("退回补正"),
        "resubmitted": N_("企业重新提交"),
        "lapsed": N_("逾期未补正"),
        "authority_decision": N_("审核部门审核"),
        "bureau_decision": N_("市工信局审核"),
        "ministry_decision": N_("工信部审核"),
        "objected": N_("收到异议"),
        "objection_settled": N_("异议处理"),
        "notice_ended": N_("公示结束"),
        "assigned": N_("确定承办人"),
        "withdrawn": N_("企业撤回申请"),
        "stopped": N_("终止办理"),
    },
    "review_outcome": {
        "passed": N_("通过，转市工信局审核"),
        "recommended": N_("推荐至工信部"),
        "approved": N_("同意通过复核"),
        "rejected": N_("不予通过复核"),
    },
    "review_field": {"statement": N_("申请说明"), "declaration": N_("承诺"), "declaration.signatory": N_("签署人")},
    "check_result": {"conforms": N_("与申报一致"), "deviates": N_("与申报不一致")},
    "assessment": {
        "met": N_("达到标准"),
        "not_met": N_("未达到标准"),
        "undetermined": N_("尚不能判定"),
        "nothing_submitted": N_("尚无数据"),
        "unknown": N_("数据待同步"),
    },
    "message_state": {
        "queued": N_("待发送"),
        "sending": N_("发送中"),
        "sent": N_("已发送"),
        "delivered": N_("已送达"),
        "bounced": N_("被退回"),
        "failed": N_("发送失败"),
        "suppressed": N_("未发送"),
    },
    "delivery_action": {
        "failed": N_("无法送达"),
        "delayed": N_("延迟，仍在尝试"),
        "delivered": N_("已送达"),
        "relayed": N_("已转交其他邮件系统"),
        "expanded": N_("已转发给多个收件人"),
    },
    "message_kind": {
        "update_due": N_("信息更新提醒"),
        "change_report_due": N_("重大变化报告提醒"),
        "review_window": N_("复核提醒"),
        "returned_case_due": N_("补正提醒"),
        "eligibility_revoked": N_("复核资格取消"),
        "eligibility_restored": N_("复核资格恢复"),
        "certification_granted": N_("称号授予"),
        "certification_extended": N_("有效期延长"),
        "certification_rescheduled": N_("复核时间调整"),
        "certification_cancelled": N_("称号取消"),
        "certification_expired": N_("称号到期"),
        "update_received": N_("信息更新已收到"),
        "change_submitted": N_("变化报告已提交"),
        "change_returned": N_("变化报告退回补正"),
        "change_resubmitted": N_("变化报告重新提交"),
        "change_sanctioned": N_("逾期报告处理"),
        "occurrence_recorded": N_("登记了一项变化"),
        "occurrence_dismissed": N_("登记的变化已撤销"),
        "change_decided": N_("变化报告办结"),
        "review_submitted": N_("复核申请已受理"),
        "review_refused": N_("复核申请未受理"),
        "review_check_ordered": N_("实地抽查"),
        "review_returned": N_("复核申请退回补正"),
        "review_resubmitted": N_("复核申请重新提交"),
        "review_advanced": N_("复核进展"),
        "review_noticed": N_("复核公示"),
        "review_objected": N_("公示期异议"),
        "review_decided": N_("复核结果"),
        "delegation_granted": N_("经办人授权"),
        "delegation_ended": N_("经办人授权终止"),
        "firm_unreached": N_("企业邮箱无法送达"),
        "firm_unanswered": N_("企业多次提醒未办理"),
    },
    "message_reason": {
        "met": N_("事项已办结"),
        "moved": N_("截止日期已调整"),
        "ended": N_("事项已终止"),
        "superseded": N_("由更近的提醒代替"),
        "too_old": N_("已过期太久"),
        "quiet_hours": N_("等待发送时间"),
        "no_address": N_("没有邮箱"),
        "not_allow_listed": N_("本环境不允许发送"),
        "address_dead": N_("邮箱无法送达"),
        "same_address": N_("与联系人邮箱相同"),
        "unsubscribed": N_("已取消订阅"),
        "refused": N_("对方拒收"),
        "given_up": N_("多次尝试未成功"),
        "unsendable": N_("无法生成邮件"),
    },
    "audience": {"firm": N_("企业"), "officers": N_("工作人员")},
    "delegation_status": {
        "requested": N_("待企业同意"),
        "granted": N_("已同意"),
        "refused": N_("未同意"),
        "ended": N_("已终止"),
    },
    "delivery": {"at_once": N_("随时发送"), "daily": N_("每个工作日汇总")},
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
    "import_status": {
        "queued": N_("排队中"),
        "running": N_("正在处理"),
        "checked": N_("已核对，待确认"),
        "done": N_("已导入"),
        "refused": N_("有误，未导入"),
        "failed": N_("处理失败"),
        "discarded": N_("已放弃"),
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

ABOVE = ("XM-GXJ", "MIIT")
"""The offices that are over the reviewing authorities."""
WORDS["reviewing"] = {code: text for code, text in WORDS["authority"].items() if code not in ABOVE}

SERVICES = tuple(WORDS["service"])
"""The services that operators watch."""


def word(language: Language, code: str | None, vocabulary: str) -> str:
    """The word for a code; a code that has none is shown as it is."""
    if not code:
        return "—"
    return gettext(language, WORDS[vocabulary].get(code, code))


def options(language: Language, vocabulary: str, codes: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Codes of a vocabulary with their words, as choices; every one unless some are named."""
    return [(code, word(language, code, vocabulary)) for code in codes or WORDS[vocabulary]]


def named(language: Language, codes: list[str] | tuple[str, ...], vocabulary: str) -> str:
    """The words for several codes in one line."""
    return (", " if language == "en" else "、").join(word(language, each, vocabulary) for each in codes)
