"""An account of headquarters in a desk's folder: `office.py DIR` prints its cookie and a token."""

import sys
from datetime import timedelta
from pathlib import Path

from lantian.desk.site.entry import set_up

set_up(Path(sys.argv[1]))

from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from lantian.desk.accounts.models import Account  # noqa: E402
from lantian.desk.api.services import create_token  # noqa: E402
from lantian.desk.log.actor import Actor  # noqa: E402
from lantian.desk.rights.queries import reach_of  # noqa: E402
from lantian.desk.rights.services import Granted, set_grants  # noqa: E402

now, by = timezone.now(), Actor.system("test")
account = Account.objects.create(username="office", name="指挥部", created_at=now)
set_grants(account=account.pk, source="test", grants=[Granted("headquarters")], by=by, now=now)
client = Client()
client.force_login(account)
_, token = create_token(
    account=account.pk,
    name="test",
    scopes=["places.read"],
    expires_at=now + timedelta(days=1),
    reach=reach_of(account.pk, timezone.localdate()),
    by=by,
    now=now,
)
print(client.cookies["lantian_session"].value, token)
