"""Words that every mail shares, in Chinese and English."""

from shared.contracts import ChangeType
from shared.regulation import Duty


class Terms(dict[str, str]):
    """Words by code; a code that is not named is written as it is."""

    def __missing__(self, code: str) -> str:
        return code


SAY: dict[str, dict[str, str]] = {
    "zh-CN": {
        "prefix": "【培育】",
        "platform": "培育 · 优质中小企业梯度培育平台",
        "greeting": "{}，您好：",
        "left": "还有{}天",
        "today": "今天截止",
        "overdue": "已逾期{}天",
        "and": "、",
        "of_office": "{}：{}",
        "and_more": "{}（另有{}项）",
        "todo": "请这样办理",
        "more": "另有{}家，请登录平台查看。",
        "basis": "依据：",
        "open": "进入平台：",
        "button": "进入平台办理",
        "footer": "本邮件由平台自动发送，请勿直接回复。如有疑问，请联系所属审核部门。",
    },
    "en": {
        "prefix": "[Peiyu] ",
        "platform": "Peiyu · gradient cultivation of quality SMEs",
        "greeting": "Dear {},",
        "left": "{} days left",
        "today": "Due today",
        "overdue": "{} days overdue",
        "and": ", ",
        "of_office": "{}: {}",
        "and_more": "{} (and {} more)",
        "todo": "What to do",
        "more": "and {} more, listed on the platform",
        "basis": "Basis: ",
        "open": "Open the platform: ",
        "button": "Open the platform",
        "footer": "This mail was sent automatically; please do not reply. Your reviewing authority answers questions.",
    },
}
"""The layout's own words."""

WORDS: dict[str, dict[str, Terms]] = {
    "zh-CN": {
        "duty": Terms(
            {
                Duty.UPDATE: "{year}年度信息更新",
                Duty.CHANGE_REPORT: "重大变化情况报告",
                Duty.REVIEW: "复核申请",
                Duty.RETURNED_CASE: "退回材料的补正",
            }
        ),
        "change": Terms(
            {
                ChangeType.RENAME: "更名",
                ChangeType.MERGER: "合并",
                ChangeType.SPLIT: "分立",
                ChangeType.RESTRUCTURING: "重组",
                ChangeType.RELOCATION: "迁移",
                ChangeType.OVERSEAS_BRANCH: "设立境外分支机构",
                ChangeType.BUSINESS: "主营业务变更",
                ChangeType.CONTROL: "控制权变更",
                ChangeType.OTHER: "其他重大变化",
            }
        ),
        "outcome": Terms(
            {
                "retained": "保留",
                "cancelled": "取消",
                "referred": "上报工业和信息化部",
                "excused": "不予处理",
                "revoke_eligibility": "取消复核资格",
                "cancel_title": "取消称号",
                "refer_title": "上报工业和信息化部",
                "retain_title": "保留称号",
                "approved": "通过",
                "rejected": "未通过",
                "stopped": "终止",
                "withdrawn": "已撤回",
                "lapsed": "退回逾期未补正",
            }
        ),
        "party": Terms(
            {
                "profile": "平台",
                "platform": "平台",
                "authority": "所属审核部门",
                "bureau": "市工业和信息化局",
                "ministry": "工业和信息化部",
                "enterprise": "企业",
            }
        ),
    },
    "en": {
        "duty": Terms(
            {
                Duty.UPDATE: "{year} annual update",
                Duty.CHANGE_REPORT: "change report",
                Duty.REVIEW: "application for review",
                Duty.RETURNED_CASE: "correction of a returned case",
            }
        ),
        "change": Terms(
            {
                ChangeType.RENAME: "change of name",
                ChangeType.MERGER: "merger",
                ChangeType.SPLIT: "split",
                ChangeType.RESTRUCTURING: "restructuring",
                ChangeType.RELOCATION: "relocation",
                ChangeType.OVERSEAS_BRANCH: "overseas branch",
                ChangeType.BUSINESS: "change of business",
                ChangeType.CONTROL: "change of control",
                ChangeType.OTHER: "other major change",
            }
        ),
        "outcome": Terms(
            {
                "retained": "retained",
                "cancelled": "cancelled",
                "referred": "referred to the ministry",
                "excused": "excused",
                "revoke_eligibility": "right to the review cancelled",
                "cancel_title": "title cancelled",
                "refer_title": "referred to the ministry",
                "retain_title": "title retained",
                "approved": "approved",
                "rejected": "rejected",
                "stopped": "stopped",
                "withdrawn": "withdrawn",
                "lapsed": "not corrected in time",
            }
        ),
        "party": Terms(
            {
                "profile": "the platform",
                "platform": "the platform",
                "authority": "the reviewing authority",
                "bureau": "the city bureau",
                "ministry": "the ministry",
                "enterprise": "the enterprise",
            }
        ),
    },
}
"""The field's terms by code."""
