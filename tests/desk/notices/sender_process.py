"""A worker in a process of its own, on the database of a test, that may call one origin."""

import os
import sys

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "lantian.desk.site.settings"
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
django.setup()

from lantian.desk.env import Robots, env  # noqa: E402
from lantian.desk.jobs.worker import run_worker  # noqa: E402

NAME, ORIGIN = sys.argv[1:]
env().settings = env().settings.model_copy(update={"robots": Robots(hosts=[ORIGIN])})
run_worker(holder=NAME, idle_s=0.05, lease_s=4.0)
