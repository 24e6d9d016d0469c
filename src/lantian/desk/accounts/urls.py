"""Addresses of accounts."""

from django.urls import path

from lantian.desk.accounts.views import entry, manage, mine, second_factor

app_name = "accounts"

urlpatterns = [
    path("sign-in", entry.sign_in, name="sign-in"),
    path("sign-out", entry.sign_out, name="sign-out"),
    path("sign-in/oidc", entry.oidc_begin, name="oidc"),
    path("sign-in/oidc/return", entry.oidc_return, name="oidc-return"),
    path("sign-in/code", second_factor.confirm, name="second-factor"),
    path("account", mine.profile, name="profile"),
    path("account/alive", mine.alive, name="alive"),
    path("account/password", mine.password, name="password"),
    path("account/sessions", mine.sessions, name="sessions"),
    path("account/second-factor", second_factor.enrol, name="enrol"),
    path("account/second-factor.svg", second_factor.qr, name="qr"),
    path("account/recovery-codes", second_factor.recovery_codes, name="recovery-codes"),
    path("accounts", manage.listing, name="list"),
    path("accounts/new", manage.create, name="create"),
    path("accounts/<int:pk>", manage.account, name="account"),
    path("accounts/<int:pk>/grants", manage.grant, name="grant"),
    path("accounts/<int:pk>/grants/remove", manage.ungrant, name="ungrant"),
    path("accounts/<int:pk>/<str:action>", manage.act, name="act"),
]
