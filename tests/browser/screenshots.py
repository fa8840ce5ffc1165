"""`python -m tests.browser.screenshots`: the pictures of README, taken from the real page over a seeded system.

Starts a system of its own in a temporary folder, stops it again, and overwrites `docs/screenshots/`.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from supervisor import frontend
from supervisor.cache import cache_folder
from tests.live import LiveSystem

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WHO = "ada"
PLACE = "Spring exhibition"
SHOTS = [("chat-light", "light", 1280, 800), ("chat-dark", "dark", 1280, 800), ("phone", "light", 390, 780)]


def main() -> int:
    frontend.ensure_built(cache=cache_folder())
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="warren-pictures-") as folder:
        live = LiveSystem(folder=Path(folder)).start()
        try:
            printed = live.manage("seed_demo")
            password = re.search(r"Password of each: (\S+)", printed)
            assert password, printed
            take_all(live.url(), password[1])
        finally:
            live.stop()
    return 0


def take_all(url: str, password: str) -> None:
    with sync_playwright() as playwright:
        program = os.environ.get("WARREN_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, scheme, width, height in SHOTS:
            take(browser, url, password, name=name, scheme=scheme, size=(width, height))
        browser.close()


def take(browser: Browser, url: str, password: str, *, name: str, scheme: str, size: tuple[int, int]) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        device_scale_factor=2,
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    enter(page, url, password)
    show(page, wide=size[0] > 900)
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def enter(page: Page, url: str, password: str) -> None:
    page.goto(f"{url}/login")
    page.get_by_label("User name").fill(WHO)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def show(page: Page, *, wide: bool) -> None:
    page.get_by_role("navigation", name="Chat").get_by_role("link").filter(has_text=PLACE).first.click()
    expect(page.get_by_role("article").first).to_be_visible()
    if wide:
        page.get_by_role("button", name="Details").click()
        expect(page.get_by_role("list", name="Members").get_by_role("listitem").nth(2)).to_be_visible()
    expect(page.get_by_text("…", exact=True)).to_have_count(0)
    page.wait_for_load_state("networkidle")
    expect(page.locator("[role=log]")).not_to_have_attribute("data-scrolling", "true")


if __name__ == "__main__":
    sys.exit(main())
