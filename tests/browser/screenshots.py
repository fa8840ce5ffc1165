"""`python -m tests.browser.screenshots`: the pictures of README, taken from the real page over a seeded system.

Starts a system of its own in a temporary folder, stops it again, and overwrites `docs/screenshots/`.
"""

import io
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from supervisor import frontend
from supervisor.cache import cache_folder
from tests.browser.landscapes import landscape
from tests.browser.person import in_context
from tests.live import SERVICES, LiveSystem

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WHO = "ada"
PLACE = "Spring exhibition"
BATCH = "6 pictures"
QUALITY = 84
DRAWN = "[...document.images].every(one => one.complete && getComputedStyle(one).opacity === '1')"
PROCESSES = {
    "gateway": ["gateway"],
    "services": SERVICES,
    "relay": ["relay"],
    "scheduler": ["scheduler"],
    "worker": ["worker"],
}


class Shot(NamedTuple):
    name: str
    show: Callable[[Page], None]
    scheme: str
    size: tuple[int, int]


def main() -> int:
    frontend.ensure_built(cache=cache_folder())
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="warren-pictures-") as folder:
        live = LiveSystem(folder=Path(folder), processes=PROCESSES).start()
        try:
            printed = live.manage("seed_demo")
            password = re.search(r"Password of each: (\S+)", printed)
            assert password, printed
            take_all(live.url(), password[1], Path(folder))
        finally:
            live.stop()
    return 0


def take_all(url: str, password: str, folder: Path) -> None:
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        program = os.environ.get("WARREN_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for shot in CHAT:
            take(browser, url, password, shot)
        post_pictures(browser, url, password, folder)
        for shot in PICTURES:
            take(browser, url, password, shot)
        browser.close()


def take(browser: Browser, url: str, password: str, shot: Shot) -> None:
    context = browser.new_context(
        viewport={"width": shot.size[0], "height": shot.size[1]},
        color_scheme=shot.scheme,  # type: ignore[arg-type]
        device_scale_factor=2,
        locale="en-GB",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page = context.new_page()
    enter(page, url, password)
    shot.show(page)
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(DRAWN)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    image.save(FOLDER / f"{shot.name}.webp", quality=QUALITY, method=6)
    context.close()


def post_pictures(browser: Browser, url: str, password: str, folder: Path) -> None:
    """Two as they are, with a sentence, and six that become smaller."""
    pictures = [landscape(folder / f"valley-{number + 1}.jpg", number=number) for number in range(8)]
    context = browser.new_context(locale="en-GB")
    one = in_context(context, url, name=WHO, username=WHO)
    enter(one.page, url, password)
    open_place(one.page)
    one.attach(*pictures[6:])
    one.page.get_by_label("Make pictures smaller").uncheck()
    one.write("These two for the poster. The others follow, smaller.")
    expect(one.page.get_by_role("article").last.locator("img")).to_have_count(2)
    one.drop(*pictures[:6], on="Make smaller and post")
    expect(one.card(BATCH)).to_contain_text("6 done")
    context.close()


def enter(page: Page, url: str, password: str) -> None:
    page.goto(f"{url}/login")
    page.get_by_label("User name").fill(WHO)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("navigation", name="Places")).to_be_attached()


def open_place(page: Page) -> None:
    page.get_by_role("navigation", name="Chat").get_by_role("link").filter(has_text=PLACE).first.click()
    expect(page.get_by_role("article").first).to_be_visible()
    expect(page.get_by_text("…", exact=True)).to_have_count(0)
    expect(page.locator("[role=log]")).not_to_have_attribute("data-scrolling", "true")


def conversation(page: Page) -> None:
    open_place(page)
    if wide(page):
        page.get_by_role("button", name="Details").click()
        expect(page.get_by_role("list", name="Members").get_by_role("listitem").nth(2)).to_be_visible()


def conversation_with_pictures(page: Page) -> None:
    open_place(page)
    expect(page.get_by_role("article").last.locator("img")).to_have_count(6)
    if wide(page):
        page.get_by_role("button", name="Details").click()
        page.get_by_role("tab", name="Files").click()
        expect(page.get_by_role("list", name="Pictures").locator("img")).not_to_have_count(0)


def one_picture(page: Page) -> None:
    open_place(page)
    page.get_by_role("button", name="Open valley-7.jpg").click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()


def jobs(page: Page) -> None:
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("link", name=re.compile("valley.*Done"))).to_have_count(6)


def comparison(page: Page) -> None:
    jobs(page)
    page.get_by_role("link", name=re.compile("valley-2.jpg")).click()
    expect(page.get_by_role("slider")).to_be_visible()
    page.wait_for_function("document.querySelectorAll('main img').length >= 3")


def wide(page: Page) -> bool:
    return bool(page.viewport_size and page.viewport_size["width"] > 900)


DESKTOP, PHONE = (1280, 800), (360, 740)
CHAT = [
    Shot("chat-light", conversation, "light", DESKTOP),
    Shot("chat-dark", conversation, "dark", DESKTOP),
    Shot("phone", conversation, "light", (390, 780)),
]
PICTURES = [
    Shot("pictures", conversation_with_pictures, "light", DESKTOP),
    Shot("pictures-phone", conversation_with_pictures, "dark", PHONE),
    Shot("viewer-phone", one_picture, "dark", PHONE),
    Shot("comparison", comparison, "light", DESKTOP),
    Shot("jobs-phone", jobs, "dark", PHONE),
]


if __name__ == "__main__":
    sys.exit(main())
