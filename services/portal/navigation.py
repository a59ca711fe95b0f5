"""What stands in the main navigation, for each role."""

from services.portal.account import Account
from services.portal.words import N_

FIRM = (
    ("/home", N_("首页")),
    ("/enterprise", N_("企业信息管理")),
    ("/changes", N_("重大变更")),
    ("/certifications", N_("认证到期管理")),
    ("/messages", N_("消息")),
)
OFFICER = (
    ("/home", N_("工作台")),
    ("/officers/changes", N_("重大变更")),
    ("/officers/occurrences", N_("重大变化线索")),
    ("/officers/reviews", N_("复核")),
    ("/officers/updates", N_("信息更新情况")),
    ("/officers/follow_ups", N_("催办")),
    ("/officers/enterprises", N_("企业查询")),
    ("/officers/certifications", N_("称号管理")),
    ("/officers/notices", N_("延期与复核批次")),
    ("/officers/messages", N_("邮件记录")),
)
OPERATOR = (("/home", N_("运行状况")), ("/operators/failed", N_("失败消息")))


def navigation(account: Account | None) -> tuple[tuple[str, str], ...]:
    """Pairs of path and name; nobody who is not logged in has any."""
    if account is None:
        return ()
    return {"enterprise": FIRM, "operator": OPERATOR}.get(account.role, OFFICER)
