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
        "left_one": "还有1天",
        "today": "今天截止",
        "overdue": "已逾期{}天",
        "overdue_one": "已逾期1天",
        "final": "最后提醒，{}",
        "day": "{}（{}）",
        "and": "、",
        "of_office": "{}：{}",
        "colon": "：",
        "firm": "企业",
        "firm_is": "{}（{}）",
        "due": "截止日期",
        "due_is": "{}，{}",
        "rolled": "最后期限",
        "rolled_is": "末日为休息日，依法顺延至{}",
        "otherwise": "逾期后果",
        "todo": "请这样办理",
        "more": "另有{}家，请登录平台查看。",
        "several": "本邮件共{}项：",
        "also": "{}（另有{}项）",
        "unwritten": "另有{}项，请登录平台查看。",
        "basis": "依据：",
        "act": "进入平台办理",
        "see": "进入平台查看",
        "occasion": "{}截止",
        "occasion_over": "无需再办：{}",
        "occasion_over_why": "该事项已办结，或已不再要求办理。",
        "footer": "本邮件由平台自动发送，请勿直接回复。如有疑问，请联系所属审核部门。",
        "footer_answered": "本邮件由平台自动发送。如有疑问，请回复本邮件或联系所属审核部门。",
    },
    "en": {
        "prefix": "[Peiyu] ",
        "platform": "Peiyu · gradient cultivation of quality SMEs",
        "greeting": "Dear {},",
        "left": "{} days left",
        "left_one": "1 day left",
        "today": "Due today",
        "overdue": "{} days overdue",
        "overdue_one": "1 day overdue",
        "final": "Last reminder, {}",
        "day": "{} ({})",
        "and": ", ",
        "of_office": "{}: {}",
        "colon": ": ",
        "firm": "Company",
        "firm_is": "{} ({})",
        "due": "Due",
        "due_is": "{}, {}",
        "rolled": "At the latest",
        "rolled_is": "{}, as the last day is a day off",
        "otherwise": "If it is missed",
        "todo": "What to do",
        "more": "and {} more, listed on the platform",
        "several": "This mail tells of {} things:",
        "also": "{} (and {} more)",
        "unwritten": "and {} more, listed on the platform",
        "basis": "Basis: ",
        "act": "Do it on the platform",
        "see": "See it on the platform",
        "occasion": "{} due",
        "occasion_over": "No longer due: {}",
        "occasion_over_why": "It was done, or is asked for no longer.",
        "footer": "This mail was sent automatically; please do not reply. Your reviewing authority answers questions.",
        "footer_answered": "This mail was sent automatically. For questions reply to it, or ask your authority.",
    },
}
"""The layout's own words."""

WEEKDAYS: dict[str, tuple[str, ...]] = {
    "zh-CN": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
"""The days of the week, from Monday on."""

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
        "level": Terms({"authority": "区（管委会）", "bureau": "市级"}),
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
        "level": Terms({"authority": "reviewing authority", "bureau": "city bureau"}),
    },
}
"""The field's terms by code."""
