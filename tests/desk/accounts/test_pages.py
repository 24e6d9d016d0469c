"""Every page in both languages."""

import re

import pytest

CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture
def admin(client_as):
    return client_as("administrator", name="root")


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")].replace(">中文<", "><")


PATHS = ["/account", "/account/password", "/account/sessions", "/account/second-factor",
         "/accounts", "/accounts/new", "/accounts/{pk}", "/privacy"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_the_english_page_is_english_and_the_chinese_one_chinese(
    admin, account_as, path: str
) -> None:
    path = path.format(pk=account_as("department", name="plain").pk)
    english = admin.get(f"{path}?lang=en")
    assert english.status_code == 200
    assert CHINESE.findall(_main(english.content.decode())) == []
    chinese = admin.get(f"{path}?lang=zh-hans").content.decode()
    assert CHINESE.search(_main(chinese))
    assert 'lang="zh-Hans"' in chinese


@pytest.mark.django_db
def test_the_sign_in_page_too(client) -> None:
    english = client.get("/sign-in?lang=en").content.decode()
    assert CHINESE.findall(_main(english)) == []
    assert "Sign in" in english


@pytest.mark.parametrize("path", ["/sign-in", *PATHS])
def test_no_page_has_inline_script_style_or_handler(admin, client, account_as, path: str) -> None:
    path = path.format(pk=account_as("department").pk)
    page = (client if path == "/sign-in" else admin).get(path).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
