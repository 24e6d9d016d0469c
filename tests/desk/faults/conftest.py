"""What fault rounds share with the rooms whose faults they make."""

from tests.desk.api.conftest import token_of
from tests.desk.jobs.conftest import declare
from tests.desk.register.conftest import county, place

__all__ = ["county", "declare", "place", "token_of"]

#: Runs as a program of its own; to import it is to set a desk up.
collect_ignore = ["office.py"]
