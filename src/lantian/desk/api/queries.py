"""Reading tokens."""

from datetime import datetime

from lantian.desk.api.models import Token, hash_of


def tokens_of(account: int) -> list[Token]:
    """Tokens of an account, the newest first."""
    return list(Token.objects.filter(account=account).order_by("-created_at", "-pk"))


def live_token(text: str, now: datetime) -> Token | None:
    """Return the token of a text with its account, if both are live; else None."""
    return (
        Token.objects.select_related("account")
        .filter(hash=hash_of(text), revoked_at=None, expires_at__gt=now, account__is_active=True)
        .first()
    )
