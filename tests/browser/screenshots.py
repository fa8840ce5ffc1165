"""`python -m tests.browser.screenshots`: the pictures of README, taken from the real page over a seeded system.

Starts a system of its own in a temporary folder, stops it again, and overwrites `docs/screenshots/`.
"""

import io
import os
import random
import re
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from supervisor import frontend
from supervisor.cache import cache_folder
from tests.browser.landscapes import landscape
from tests.browser.person import in_context
from tests.downloads.site import Document, Site, refusing, serving
from tests.live import SERVICES, LiveSystem

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WHO = "ada"
PLACE = "Spring exhibition"
BATCH = "6 pictures"
LINKS = "Harbor measurements"
ORDERS = 20_000
CITIES = ("Bergen", "Lisbon", "Lyon", "Oslo", "Porto", "Zagreb")
PRODUCTS = ("Frame 30 × 40", "Postcard", "Poster A2", "Print A3", "Tote bag")
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
        live = LiveSystem(
            folder=Path(folder), processes=PROCESSES, environment={"WARREN_DOWNLOAD_ALLOW": "127.0.0.0/8"}
        ).start()
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
        held = threading.Event()
        with serving() as site:
            fetch_data(browser, url, password, site, held=held)
            for shot in DATA:
                take(browser, url, password, shot)
            held.set()
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


def fetch_data(browser: Browser, url: str, password: str, site: Site, *, held: threading.Event) -> None:
    """A table from a link, and a list of links: one file is on its way until `held` is set, one is not there."""
    context = browser.new_context(locale="en-GB")
    one = in_context(context, url, name=WHO, username=WHO)
    enter(one.page, url, password)
    open_place(one.page)
    one.box.fill(site.put("/orders.csv", Document(orders())))
    one.page.get_by_role("button", name="Fetch and import").click()
    expect(one.card("orders.csv")).to_contain_text("20,000 rows")
    bytes_of = random.Random(4).randbytes
    links = [
        site.put(f"/harbor-{year}.parquet", Document(bytes_of((year - 2018) * 3_000_000))) for year in (2023, 2024)
    ]
    links.append(site.put("/harbor-2022.parquet", refusing(404)))
    slow = Document(bytes_of(24_000_000), hold=held, hold_at=15_000_000)
    links.append(site.put("/harbor-2025.parquet", slow))
    one.page.goto(f"{url}/downloads")
    one.page.get_by_role("button", name="Fetch links").click()
    one.page.get_by_role("textbox", name="Links").fill("\n".join(links))
    one.page.get_by_role("textbox", name="Title").fill(LINKS)
    one.page.get_by_role("button", name="Fetch", exact=True).click()
    expect(one.card(LINKS)).to_contain_text("2 done")
    context.close()


def orders() -> bytes:
    chance = random.Random(11)
    lines = ["city,product,ordered,quantity,price,paid"]
    for number in range(ORDERS):
        day = date(2025, 1, 1) + timedelta(days=number * 365 // ORDERS)
        price = max(2.5, round(chance.gauss(24, 7), 1))
        paid = "true" if chance.random() < 0.9 else ""
        lines.append(
            f"{chance.choice(CITIES)},{chance.choice(PRODUCTS)},{day},{chance.randint(1, 9)},{price:.2f},{paid}"
        )
    return "\n".join([*lines, ""]).encode()


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


def downloads(page: Page) -> None:
    page.goto(urljoin(page.url, "/downloads"))
    expect(page.get_by_role("link", name=re.compile("harbor-2025.* MB of 24"))).to_be_visible()


def table(page: Page) -> None:
    page.goto(urljoin(page.url, "/data"))
    page.get_by_role("link", name="orders").first.click()
    expect(page.get_by_role("gridcell", name="Bergen").first).to_be_visible()
    if wide(page):
        page.get_by_role("button", name="Filter").first.click()
        page.get_by_label("Comparison").select_option("is")
        page.get_by_label("Value").fill("Oslo")
        page.get_by_role("button", name="Show these rows").click()
        expect(page.get_by_role("gridcell", name="Bergen")).to_have_count(0)
        page.get_by_role("button", name="About price").click()
        expect(page.get_by_role("img", name=re.compile("Values from"))).to_be_visible()


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
DATA = [
    Shot("dataset", table, "light", DESKTOP),
    Shot("downloads-phone", downloads, "light", PHONE),
]


if __name__ == "__main__":
    sys.exit(main())
