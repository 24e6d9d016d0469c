"""A request as the desk's pages see it: with who asks and what they reach."""

from django.http import HttpRequest

from lantian.desk.log.actor import Actor
from lantian.desk.rights.reach import Reach


class DeskRequest(HttpRequest):
    """A request that passed the gate of rights; for annotations, never made by hand."""

    id: str
    actor: Actor
    reach: Reach
