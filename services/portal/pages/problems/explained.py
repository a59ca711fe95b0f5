"""The problems by what stands behind `/problems/` in their `type`: title, meaning, remedy, HTTP status.

Titles are those that the services answer with; a test holds this list against theirs.
"""

from dataclasses import dataclass

from services.portal.words import N_


@dataclass(frozen=True, slots=True)
class Explained:
    """A problem in the words of those who meet it, Chinese as the source has it."""

    status: int
    title: str
    meaning: str
    remedy: str


PROBLEMS: dict[str, Explained] = {
    # ---- what was sent
    "invalid-input": Explained(
        422,
        N_("提交的内容有误"),
        N_("表单中有漏填、格式不对或互相矛盾的内容。平台已经把每一处问题都列了出来，没有保存这次提交。"),
        N_("按页面顶部和各栏目旁的提示改正，再提交一次。"),
    ),
    "malformed-request": Explained(
        400,
        N_("请求无法解析"),
        N_("平台收到的不是它能读懂的内容，例如不完整的数据。"),
        N_("请刷新页面重新填写。使用接口的，请检查请求是否为 UTF-8 编码的 JSON、请求头是否正确。"),
    ),
    "body-too-large": Explained(
        413,
        N_("请求内容过大"),
        N_("提交的内容或附件超过了允许的大小。"),
        N_("请压缩附件，或者分几次上传。"),
    ),
    "method-not-allowed": Explained(
        405,
        N_("不支持的请求方法"),
        N_("这个地址不接受这种操作。通常只有使用接口时才会遇到。"),
        N_("请对照接口文档检查请求方法。"),
    ),
    "not-found": Explained(
        404,
        N_("未找到"),
        N_("要找的内容不存在、已被删除，或者不属于您的账号可以查看的范围。"),
        N_("请检查地址；办理其他企业的事项，请先切换企业或取得该企业授权。"),
    ),
    "idempotency-key-reused": Explained(
        422,
        N_("幂等键已用于其他请求"),
        N_("同一个 Idempotency-Key 先后用在了内容不同的两个请求上，第二个没有执行。"),
        N_("请刷新页面再提交。使用接口的，每个新请求使用新的幂等键。"),
    ),
    "request-in-flight": Explained(
        409,
        N_("相同的请求正在处理"),
        N_("同一次提交还在处理中，例如按钮被点了两次。"),
        N_("请稍候片刻再刷新页面，不需要重新填写。"),
    ),
    "stale-version": Explained(
        412,
        N_("内容已被他人修改"),
        N_("您打开页面之后，别人先保存了修改。为了不覆盖别人的内容，您的修改没有保存。"),
        N_("请重新打开页面，看清新的内容，再做修改。"),
    ),
    "version-required": Explained(
        428,
        N_("缺少 If-Match"),
        N_("修改草稿时没有说明是在哪个版本上修改。通常只有使用接口时才会遇到。"),
        N_("请在 If-Match 中填写读取时得到的 ETag。"),
    ),
    # ---- who asks
    "not-authenticated": Explained(
        401,
        N_("未登录或登录已失效"),
        N_("平台不知道您是谁：您还没有登录，或者登录时间过长已经失效。"),
        N_("请重新登录。使用接口的，请在 Authorization 中附上登录系统签发的访问令牌。"),
    ),
    "forbidden": Explained(
        403,
        N_("无权进行此操作"),
        N_("您的账号可以看到这项内容，但不能进行这项操作。"),
        N_("请换用有权限的账号，或联系负责的部门。"),
    ),
    "account-pending": Explained(
        403,
        N_("账号待审核"),
        N_("您的账号已经注册，还没有通过审核。"),
        N_("请等待统一登录系统的通知，通过后重新登录。"),
    ),
    "account-not-bound": Explained(
        403,
        N_("账号未绑定企业"),
        N_("您使用的是自然人账号，还不能代表任何企业。"),
        N_("请改用企业（法人）账号登录；或者在统一登录系统完成实名认证、绑定企业；或者请企业在本平台授权您办理。"),
    ),
    # ---- the platform
    "unavailable": Explained(
        503,
        N_("服务暂时不可用"),
        N_("平台的某个部分暂时没有响应。已经提交成功的内容不受影响。"),
        N_("请过一会儿再试；填写的内容会留在页面上，重复提交不会办理两次。"),
    ),
    "too-many-requests": Explained(
        429,
        N_("请求过于频繁"),
        N_("同一账号或同一网络在短时间内发出的请求太多，超出的请求没有执行。"),
        N_("请按 Retry-After 给出的秒数稍候再试；批量办理的，请使用批量接口，或者放慢速度。"),
    ),
    "internal-error": Explained(
        500,
        N_("系统内部错误"),
        N_("平台出现了没有预料到的错误，已经记录。"),
        N_("请过一会儿再试。如果一直出现，请把发生的时间和正在办理的事项告诉平台管理人员。"),
    ),
    "conflict": Explained(
        409,
        N_("当前状态不允许此操作"),
        N_("事项的状态已经改变，这项操作现在不能进行。"),
        N_("请刷新页面，看清事项现在的状态和可以进行的操作。"),
    ),
    # ---- firms
    "enterprise-exists": Explained(
        409,
        N_("该企业已登记"),
        N_("这家企业已经在平台登记，不能再登记一次。"),
        N_("请按统一社会信用代码查找这家企业。"),
    ),
    "enterprise-unknown": Explained(
        409,
        N_("尚无该企业的登记信息"),
        N_("平台还没有收到这家企业的登记信息，可能是刚刚登记，消息还在路上。"),
        N_("请过一会儿再试；仍然如此的，请先登记这家企业。"),
    ),
    "delegation-exists": Explained(
        409,
        N_("该账号已获该企业授权或已提出申请"),
        N_("这个账号已经可以为该企业办理，或者申请还在等企业答复。"),
        N_("不需要再次申请；请在“企业信息”中查看授权情况。"),
    ),
    "delegation-state": Explained(
        409,
        N_("授权当前状态不允许此操作"),
        N_("授权已经被答复、终止或到期。"),
        N_("请刷新页面查看授权现在的状态；需要继续办理的，请重新申请授权。"),
    ),
    # ---- notices
    "extension-withdrawn": Explained(
        409,
        N_("该延期通知已撤销"),
        N_("这份延期通知之前已经撤销，不能再撤销一次。"),
        N_("不需要再做什么。"),
    ),
    "campaign-ended": Explained(
        409,
        N_("该复核批次已终止"),
        N_("这个复核批次之前已经终止，不能恢复。"),
        N_("需要时请发布新的批次。"),
    ),
    "import-state": Explained(
        409,
        N_("名单当前状态不允许此操作"),
        N_("名单已经开始导入，或已经放弃。"),
        N_("请刷新页面查看名单现在的状态。需要时请重新上传。"),
    ),
    # ---- major changes
    "report-state": Explained(
        409,
        N_("报告当前状态不允许此操作"),
        N_("这份重大变化报告已经进入下一步，例如已提交的不能再编辑，已有审核意见的不能再撤回。"),
        N_("请刷新页面，按现在的状态办理。"),
    ),
    "change-reported": Explained(
        409,
        N_("该变化企业已经报告"),
        N_("企业已经报告了这项变化，不需要再登记线索。"),
        N_("请查看企业的报告。"),
    ),
    "occurrence-recorded": Explained(
        409,
        N_("该变化已有登记"),
        N_("同一家企业的同一项变化已经登记过。"),
        N_("请在已有的线索上继续办理。"),
    ),
    "occurrence-state": Explained(
        409,
        N_("该线索当前状态不允许此操作"),
        N_("这条变化线索已经办结或已有结论。"),
        N_("请刷新页面查看它现在的状态。"),
    ),
    "already-sanctioned": Explained(
        409,
        N_("该变化的逾期处理已作出决定"),
        N_("对这项逾期未报的变化，主管部门已经作出决定。"),
        N_("请查看已有的决定。"),
    ),
    "reported-in-time": Explained(
        409,
        N_("该变化已按时报告"),
        N_("这项变化在期限内报告，不存在逾期，不能作出逾期处理。"),
        N_("请核对变化发生的日期和首次提交的日期。"),
    ),
    # ---- titles and reviews
    "grant-contradicts": Explained(
        409,
        N_("该企业同一称号已登记且有效期不一致"),
        N_("这家企业的这个称号已经登记，有效期与这次填写的不同。"),
        N_("请核对名单中的有效期。"),
    ),
    "eligibility-state": Explained(
        409,
        N_("复核资格当前状态不允许此操作"),
        N_("复核资格已经是要改成的状态，或者称号已经终止。"),
        N_("请刷新页面查看称号现在的状态。"),
    ),
    "review-conditions-not-met": Explained(
        409,
        N_("不符合复核申请条件"),
        N_("申请复核的条件有一项或几项没有满足，每一项都列出了原因和所依据的条文。"),
        N_("请在“认证到期管理”中查看各项条件，满足后再申请。"),
    ),
    "review-state": Explained(
        409,
        N_("复核申请当前状态不允许此操作"),
        N_("复核申请已经进入下一步，这项操作现在不能进行。"),
        N_("请刷新页面，按现在的状态办理。"),
    ),
    "correction-overdue": Explained(
        409,
        N_("补正期限已过"),
        N_("退回补正的期限已经过去，这次申请按没有提出处理。"),
        N_("受理期内可以重新申请。"),
    ),
    "update-unsettled": Explained(
        409,
        N_("刚到期的年度信息更新尚待核对"),
        N_("有一项年度信息更新刚刚到期，平台正在核对企业是否按时完成，核对前不能作出决定。"),
        N_("请过几分钟再办理。"),
    ),
    "on-site-check-missing": Explained(
        409,
        N_("尚未完成实地抽查"),
        N_("这件申请被抽中或已安排实地抽查，抽查还没有结果。"),
        N_("请先登记实地抽查的结果。"),
    ),
    "on-site-check-ordered": Explained(
        409,
        N_("已安排实地抽查"),
        N_("这件申请已经安排了实地抽查。"),
        N_("请登记抽查结果，不需要再次安排。"),
    ),
    "notice-over": Explained(
        409,
        N_("公示期已结束"),
        N_("公示已经结束，不能再登记异议。"),
        N_("请通过其他渠道反映情况，由主管部门核实。"),
    ),
    "objection-settled": Explained(
        409,
        N_("该异议已处理"),
        N_("这项异议已经有了处理结论。"),
        N_("请查看已有的结论。"),
    ),
    "case-assigned": Explained(
        409,
        N_("该件已由其他人员承办"),
        N_("另一位工作人员已经承办这件事项。"),
        N_("请与承办人联系；市工信局可以改派。"),
    ),
    # ---- reminders and mail
    "message-on-its-way": Explained(
        409,
        N_("该消息正在发送"),
        N_("这条消息正在排队或发送，不需要再发一次。"),
        N_("请过几分钟查看发送结果。"),
    ),
    "message-would-not-go-out": Explained(
        409,
        N_("该消息现在不宜重新发送"),
        N_("事情已经变化，消息的内容不再属实；或者收件地址不可用，发出去没有人收到。"),
        N_("请核对事项现在的状态和收件人的邮箱。"),
    ),
    "subscription-ended": Explained(
        409,
        N_("该订阅已终止"),
        N_("这项邮件订阅已经终止，不能再修改。"),
        N_("需要时请重新订阅。"),
    ),
    "follow-up-closed": Explained(
        409,
        N_("该催办事项已办结"),
        N_("这件催办事项已经办结。"),
        N_("请查看办结的记录，不需要再处理。"),
    ),
}
"""In the order in which the page of all lists them."""
