"""Verb `init`: make a desk, or bring one up to date."""

import argparse

from django.utils import timezone

from lantian.desk.accounts.services import create_account, has_accounts
from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.rights.services import Granted, set_grants
from lantian.desk.site.install import prepare


def run(arguments: argparse.Namespace) -> int:
    """Make tables, statics and lake; the first time an administrator, too."""
    done = prepare(env())
    print(f"已就绪 / ready: {env().folder} ({', '.join(done)})")
    if has_accounts():
        return 0
    by, now = Actor.system("init"), timezone.now()
    account, password = create_account(username="admin", name="系统管理员", by=by, now=now)
    set_grants(account=account.pk, source="init", grants=[Granted("administrator")], by=by, now=now)
    print(
        f"管理员 / administrator: {account.username}    一次性密码 / one-time password: {password}"
    )
    print(f"下一步 / next: lantian desk serve --dir {arguments.dir}")
    return 0
