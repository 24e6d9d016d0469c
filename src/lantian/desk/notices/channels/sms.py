"""Text messages through the gateway that the settings declare."""

import json
from typing import Final
from urllib.parse import quote

from lantian.desk.env import Sms
from lantian.desk.notices.channels.refusal import NotSent
from lantian.desk.notices.channels.web import post

_JSON: Final = "json"


def send_sms(gateway: Sms, phone: str, text: str, *, message: str) -> None:
    """Send a text message.

    Parameters
    ----------
    gateway : Sms
        Its address, headers, and body with the places {phone}, {text} and {id}.
    phone, text : str
    message : str
        Identity of the message.

    Raises
    ------
    NotSent
        If the gateway did not take it.
    """
    body = filled(gateway, {"phone": phone, "text": text, "id": message})
    answer = post(gateway.url, body.encode(), gateway.headers, message=message)
    if gateway.accepted and gateway.accepted not in answer:
        raise NotSent("短信网关未受理 / the gateway of text messages did not accept it")


def filled(gateway: Sms, values: dict[str, str]) -> str:
    """Return the body with its places filled, each value as the body's kind wants it.

    Examples
    --------
    >>> filled(Sms(), {"phone": "10055512345", "text": 'a"b'})
    '{"phone": "10055512345", "text": "a\\\\"b"}'
    """
    kinds = {name.lower(): value for name, value in gateway.headers.items()}
    as_json = _JSON in kinds.get("content-type", _JSON)
    body = gateway.body
    # Marks of their own, so that a text that reads "{phone}" is left alone.
    for name in values:
        body = body.replace(f"{{{name}}}", f"\0{name}\0")
    for name, value in values.items():
        told = json.dumps(value, ensure_ascii=False)[1:-1] if as_json else quote(value, safe="")
        body = body.replace(f"\0{name}\0", told)
    return body
