"""Accounts and what their sign-in needs."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from lantian.desk.accounts.session import Session

__all__ = ["Account", "Address", "RecoveryCode", "Session"]


class Account(AbstractBaseUser):
    """Who may sign in; rights come from grants, not from here.

    `totp_secret` is encrypted; it counts once `totp_since` is set, and `totp_step` is
    the last time step used, so that a code is good once.
    """

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, default="zh-hans")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    password_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    totp_secret = models.TextField(blank=True)
    totp_since = models.DateTimeField(null=True, blank=True)
    totp_step = models.BigIntegerField(default=0)
    oidc_subject = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    USERNAME_FIELD = "username"
    objects = BaseUserManager()

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class RecoveryCode(models.Model):
    """A code that replaces the second factor once; only its hash is kept."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="recovery_codes")
    hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)


class Address(models.Model):
    """Failed sign-ins of one network address since a moment."""

    address = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
