"""Takes docs/screenshots from a running demonstration: python docs/make_screenshots.py [FOLDER]."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, expect

ROOT: Final = Path(__file__).resolve().parents[1]
SCREENSHOTS: Final = ROOT / "docs" / "screenshots"
sys.path.insert(0, str(ROOT / "tests"))

from desk.browser.running import LANTIAN, RunningDesk, chromium, running, sign_in  # noqa: E402

DESK: Final = (1280, 800)
PHONE: Final = (390, 780)
COLOURS: Final = 160
LANGUAGES: Final = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, the path of its page, links to follow from there, where it begins."""

    name: str
    path: str
    follow: tuple[str, ...] = ()
    size: tuple[int, int] = DESK
    top: str = "body"


SHOTS: Final = (
    Shot("today", "/air/"),
    Shot("station", "/air/", ("main table a[href*='/air/station/']",), top=".panel-flush"),
    Shot("ranking", "/air/ranking/"),
    Shot(
        "derivation",
        "/air/",
        ("main table a[href*='/air/station/']", "main a[href*='/why/station/']"),
    ),
    Shot("sources", "/sources/?subject=dust", size=PHONE, top=".table-cards"),
    Shot("wall", "/wall", size=(1280, 720)),
)


def take(browser: Browser, desk: RunningDesk) -> Iterator[tuple[str, bytes]]:
    """Name and picture of every shot in each language."""
    for lang in LANGUAGES:
        context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        sign_in(context, desk, "hq")
        page = context.new_page()
        page.goto(f"{desk.url}/account?lang={lang}")
        for shot in SHOTS:
            page.set_viewport_size({"width": shot.size[0], "height": shot.size[1]})
            page.goto(desk.url + shot.path)
            for link in shot.follow:
                page.locator(link).first.click()
            settle(page, shot.top)
            yield f"{shot.name}-{lang}.png", small(page.screenshot())
        context.close()


def settle(page: Page, top: str) -> None:
    """Wait for maps and charts, then scroll to where the picture begins."""
    for figure in page.locator("[data-chart], [data-map]").all():
        figure.scroll_into_view_if_needed()
    expect(page.locator(".chart-wait")).to_have_count(0)
    page.locator(top).first.evaluate("e => e.scrollIntoView()")
    page.wait_for_timeout(1_500)


def small(picture: bytes) -> bytes:
    """The same picture in few colours."""
    into = BytesIO()
    few = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(into, "PNG", optimize=True)
    return into.getvalue()


def main(folder: Path) -> int:
    """Start the demonstration, take the pictures; return the exit status."""
    folder.mkdir(parents=True, exist_ok=True)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LANTIAN_", "DJANGO_"))}
    with tempfile.TemporaryDirectory() as out, chromium() as browser:
        words = [*LANTIAN, "demo", "--out", out]
        with running(words, env) as desk:
            for name, picture in take(browser, desk):
                (folder / name).write_bytes(picture)
                sys.stdout.write(f"{name}  {len(picture) / 1000:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else SCREENSHOTS))
