"""Entry of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantian.desk.site.settings")

_desk = get_wsgi_application()

# Only now is there a desk whose pages can be loaded.
from lantian.desk.site.readying import make_ready  # noqa: E402
from lantian.desk.site.turnstile import Turnstile  # noqa: E402

make_ready()
application = Turnstile(_desk)
