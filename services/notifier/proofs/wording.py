"""What a printed record calls things, in Chinese."""

from services.notifier.mail.reports import Action
from services.notifier.mail.wording import Terms
from services.notifier.vocabulary import Kind, MessageState, ObligationState

KINDS = Terms(
    {
        Kind.UPDATE_DUE: "年度信息更新提醒",
        Kind.CHANGE_REPORT_DUE: "重大变化情况报告提醒",
        Kind.REVIEW_WINDOW: "复核申请提醒",
        Kind.RETURNED_CASE_DUE: "退回材料补正提醒",
        Kind.ELIGIBILITY_REVOKED: "取消复核资格通知",
        Kind.ELIGIBILITY_RESTORED: "恢复复核资格通知",
        Kind.CERTIFICATION_GRANTED: "称号授予通知",
        Kind.CERTIFICATION_EXTENDED: "称号延续通知",
        Kind.CERTIFICATION_RESCHEDULED: "日期调整通知",
        Kind.CERTIFICATION_CANCELLED: "称号取消通知",
        Kind.CERTIFICATION_EXPIRED: "称号到期通知",
        Kind.UPDATE_RECEIVED: "信息更新收讫通知",
        Kind.CHANGE_SUBMITTED: "变化情况报告收讫通知",
        Kind.CHANGE_RETURNED: "变化情况报告退回通知",
        Kind.CHANGE_RESUBMITTED: "变化情况报告重新提交通知",
        Kind.CHANGE_SANCTIONED: "未按期报告处理通知",
        Kind.OCCURRENCE_RECORDED: "变化情况告知",
        Kind.OCCURRENCE_DISMISSED: "变化情况撤销告知",
        Kind.CHANGE_DECIDED: "变化情况认定结果通知",
        Kind.REVIEW_SUBMITTED: "复核申请收讫通知",
        Kind.REVIEW_REFUSED: "复核申请不予受理通知",
        Kind.REVIEW_CHECK_ORDERED: "实地抽查通知",
        Kind.REVIEW_RETURNED: "复核申请退回通知",
        Kind.REVIEW_RESUBMITTED: "复核申请重新提交通知",
        Kind.REVIEW_ADVANCED: "复核进展通知",
        Kind.REVIEW_NOTICED: "公示通知",
        Kind.REVIEW_OBJECTED: "公示异议通知",
        Kind.REVIEW_DECIDED: "复核结果通知",
        Kind.DELEGATION_GRANTED: "授权通知",
        Kind.DELEGATION_ENDED: "授权终止通知",
    }
)

STATES = Terms(
    {
        MessageState.QUEUED: "待发送",
        MessageState.SENDING: "发送中",
        MessageState.SENT: "已发送",
        MessageState.DELIVERED: "已送达",
        MessageState.BOUNCED: "已退回",
        MessageState.FAILED: "发送失败",
        MessageState.SUPPRESSED: "未发送",
        ObligationState.OPEN: "待办",
        ObligationState.MET: "已办结",
        ObligationState.ENDED: "已终止",
        ObligationState.MOVED: "日期已调整",
        Action.FAILED: "退信",
        Action.DELAYED: "延迟",
        Action.DELIVERED: "已送达",
        Action.RELAYED: "已转交（无后续报告）",
        Action.EXPANDED: "已分发至邮件列表",
    }
)
"""States of messages, of duties, and what a mail system did with a mail."""
