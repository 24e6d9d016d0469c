"""Words of the log: what actions, kinds of things and fields are called.

Registers name their own kinds and fields (`name_kind`); the rest stands here.
"""

from collections.abc import Mapping
from typing import Any, Final

from lantian.desk.language import both

#: What the last word of an action says.
VERBS: Final[Mapping[str, Any]] = {
    "add": both("新增", "Added"),
    "create": both("新建", "Made"),
    "new": both("新设", "Set up"),
    "edit": both("修改", "Edited"),
    "end": both("停用", "Ended"),
    "delete": both("删除", "Deleted"),
    "note": both("记事", "Noted"),
    "import": both("导入", "Imported"),
    "undo": both("撤销导入", "Import undone"),
    "export": both("导出", "Exported"),
    "attach": both("存入文件", "Document attached"),
    "replace": both("替换文件", "Document replaced"),
    "withdraw": both("撤回文件", "Document withdrawn"),
    "follow": both("随区域变动", "Moved with its place"),
    "move": both("授权随区域变动", "Rights moved with a place"),
    "grant": both("授权", "Rights set"),
    "ask": both("发起", "Asked for"),
    "apply": both("已写入", "Applied"),
    "refuse": both("未写入", "Refused"),
    "cancel": both("取消", "Cancelled"),
    "retry": both("重试", "Tried again"),
    "reconcile": both("上传对账表", "Table to reconcile"),
    "send": both("发送", "Sent"),
    "again": both("重新发送", "Sent again"),
    "answer": both("说明", "Answered"),
    "judge": both("评判", "Judged"),
    "raise": both("告警", "Alarm raised"),
    "clear": both("告警解除", "Alarm over"),
    "gone": both("告警作废", "Alarm void"),
    "receipt": both("回执", "Acknowledged"),
    "escalate": both("逾期升级", "Escalated"),
    "preference": both("接收设置", "Wishes set"),
    "revoke": both("吊销", "Revoked"),
    "reveal": both("查看原文", "Read unmasked"),
    "use": both("程序使用原文", "Used by a machine"),
    "rekey": both("更换密钥", "Key changed"),
    "sign-in": both("登录", "Signed in"),
    "sign-out": both("退出", "Signed out"),
    "refused": both("登录被拒", "Sign-in refused"),
    "bind-oidc": both("绑定统一登录", "Bound to single sign-on"),
    "password": both("修改密码", "Password changed"),
    "password-reset": both("重置密码", "Password reset"),
    "second-factor": both("启用两步验证", "Second factor set"),
    "second-factor-reset": both("重置两步验证", "Second factor reset"),
    "recovery": both("使用恢复码", "Recovery code used"),
    "recovery-codes": both("新恢复码", "New recovery codes"),
    "activate": both("启用", "Activated"),
    "deactivate": both("禁用", "Deactivated"),
    "unlock": both("解锁", "Unlocked"),
    "end-sessions": both("结束会话", "Sessions ended"),
}
#: What kinds of things are called.
_KINDS: Final[dict[str, Any]] = {
    "account": both("账号", "Account"),
    "air.official": both("对账表", "Published table"),
    "devices.Device": both("设备", "Device"),
    "import": both("导入", "Import"),
    "intents.intent": both("写入数据湖", "Write to the lake"),
    "jobs.job": both("任务", "Job"),
    "jobs.schedule": both("定时任务", "Schedule"),
    "notices.notice": both("消息", "Notice"),
    "notices.preference": both("接收设置", "Wishes for notices"),
    "notices.robot": both("群机器人", "Group robot"),
    "people.Person": both("人员", "Person"),
    "sources.Source": both("污染源", "Source"),
    "token": both("接口令牌", "API token"),
}
#: What fields are called, where the kind does not say.
_FIELDS: Final[Mapping[str, Any]] = {
    "accounts": both("账号数", "Accounts"),
    "appointment": both("任职", "Appointment"),
    "area": both("区域", "Area"),
    "batch": both("批次", "Batch"),
    "below": both("下级区域", "Places below"),
    "body": both("内容", "Content"),
    "brief": both("晨报", "Morning brief"),
    "changed": both("修改行数", "Rows changed"),
    "created": both("新增行数", "Rows added"),
    "digest": both("邮件频率", "Mails"),
    "digest_at": both("汇总时间", "Time of the digest"),
    "document": both("文件名称", "Document"),
    "document_day": both("文件日期", "Date of the document"),
    "document_number": both("文号", "Number of the document"),
    "document_sort": both("文件种类", "Sort of document"),
    "document_until": both("文件有效期至", "Document valid until"),
    "due_at": both("回执时限", "Acknowledge by"),
    "email": both("邮箱", "E-mail"),
    "enabled": both("启用", "In use"),
    "active": both("启用", "In use"),
    "escalated": both("已升级", "Escalated"),
    "expires_at": both("到期", "Expires"),
    "field": both("字段", "Field"),
    "file": both("文件", "File"),
    "grants": both("授权", "Grants"),
    "hashes": both("删除证明", "Proof of deletion"),
    "key": both("编号", "Key"),
    "keys_hash": both("行号校验值", "Hash of the rows"),
    "kind": both("类别", "Kind"),
    "late": both("逾期", "Late"),
    "means": both("登录方式", "Means"),
    "messages": both("消息数", "Messages"),
    "name": both("名称", "Name"),
    "needs_receipt": both("须回执", "Must be acknowledged"),
    "new_address": both("换了地址", "New address"),
    "new_secret": both("换了密钥", "New secret"),
    "note": both("记事", "Note"),
    "oidc_subject": both("统一登录标识", "Subject of single sign-on"),
    "only_good": both("只导入正确行", "Good rows only"),
    "path": both("区域路径", "Path of the place"),
    "position": both("值班岗位", "Position"),
    "prefix": both("令牌前缀", "Beginning of the token"),
    "query": both("筛选", "Filter"),
    "quiet_from": both("免打扰自", "Quiet from"),
    "quiet_until": both("免打扰至", "Quiet until"),
    "refusal": both("未写入的原因", "Why it was refused"),
    "robots": both("群机器人", "Group robots"),
    "rows": both("行数", "Rows"),
    "scopes": both("范围", "Scopes"),
    "sessions": both("会话数", "Sessions"),
    "sha256": both("文件校验值", "Hash of the file"),
    "shift": both("值班", "Shift"),
    "sms": both("短信", "Text messages"),
    "state": both("状态", "State"),
    "step": both("升级级数", "Step"),
    "title": both("标题", "Title"),
    "to": both("收件人", "To"),
    "urgent": both("紧急", "Urgent"),
    "username": both("用户名", "User name"),
    "version": both("版本", "Version"),
    "why": both("原因", "Why"),
    "wrong": both("错误行数", "Wrong rows"),
}
_OF_KIND: Final[dict[str, Mapping[str, Any]]] = {}


def name_kind(kind: str, title: Any, fields: Mapping[str, Any]) -> None:
    """Say what a kind of things and its fields are called."""
    _KINDS[kind] = title
    _OF_KIND[kind] = fields


def kinds() -> list[tuple[str, Any]]:
    """Kinds with their names, for a choice."""
    return list(_KINDS.items())


def verbs() -> list[tuple[str, Any]]:
    """Actions with their names, for a choice."""
    return list(VERBS.items())


def kind_name(kind: str) -> str:
    """Name of a kind; its own word where nobody named it."""
    return str(_KINDS.get(kind, kind))


def verb_name(action: str) -> str:
    """Name of an action: the words for its verb, or its own name."""
    return str(VERBS.get(action.rpartition(".")[2], action))


def field_name(kind: str, field: str) -> str:
    """Name of a field of a kind.

    Examples
    --------
    >>> field_name("jobs.job", "name")
    '名称'
    """
    head, colon, rest = field.partition(":")
    name = _OF_KIND.get(kind, {}).get(head) or _FIELDS.get(head, head)
    return f"{name} {rest}" if colon else str(name)
