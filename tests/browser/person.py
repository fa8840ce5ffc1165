"""One person at one browser: what people do on the page, in their words."""

import base64
import mimetypes
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

PASSWORD = "correct horse battery staple"
WIDE = (1280, 800)
PHONE = (360, 740)
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
DROP = """async ([files, target]) => {
  const data = new DataTransfer();
  for (const [name, type, text] of files)
    data.items.add(new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], name, { type }));
  const fire = (where, kind) =>
    where.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
  const found = () => [...document.querySelectorAll("section")].find(one => one.ariaLabel === target);
  // The page hears of drops a moment after its first load.
  for (fire(document.body, "dragenter"); !found(); fire(document.body, "dragenter"))
    await new Promise(requestAnimationFrame);
  fire(found(), "drop");
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_numbers = count(1)


@dataclass(kw_only=True)
class Person:
    """`faults`: what the page itself threw or complained about; a test fails on any (see conftest)."""

    context: BrowserContext
    page: Page
    url: str
    name: str
    username: str
    faults: list[str] = field(default_factory=list)

    def register(self) -> "Person":
        """By the form, as everybody does at first."""
        self.page.goto(f"{self.url}/register")
        self.page.get_by_label("User name").fill(self.username)
        self.page.get_by_label("Name shown to others").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Create account").click()
        self.expect_inside()
        return self

    def enter(self) -> "Person":
        """As after `register`, in a third of its time: the form has tests of its own."""
        told = {"username": self.username, "display_name": self.name, "password": PASSWORD, "session": "cookie"}
        answer = self.context.request.post(f"{self.url}/api/v1/auth/register", data=told, headers={"Origin": self.url})
        assert answer.ok, answer.text()
        self.page.goto(f"{self.url}/favicon.svg")
        self.page.evaluate("id => localStorage.setItem('warren.session', id)", answer.json()["user"]["id"])
        self.page.goto(self.url)
        self.expect_inside()
        return self

    def log_in(self, *, password: str = PASSWORD) -> "Person":
        self.page.goto(f"{self.url}/login")
        self.page.get_by_label("User name").fill(self.username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        return self

    def expect_inside(self) -> None:
        expect(self.page.get_by_role("navigation", name="Places")).to_be_attached()

    def start_direct(self, other: "Person") -> None:
        self.choose_people(other)
        self.page.get_by_role("button", name="Start conversation").click()
        expect(self.box).to_be_visible()

    def start_group(self, title: str, *others: "Person") -> None:
        self.choose_people(*others)
        self.page.get_by_label("Title").fill(title)
        self.page.get_by_role("button", name="Create group").click()
        expect(self.box).to_be_visible()

    def choose_people(self, *others: "Person") -> None:
        self.page.get_by_role("button", name="New conversation").click()
        self.pick(*others)

    def pick(self, *others: "Person") -> None:
        """In the open dialog's search."""
        for other in others:
            self.page.get_by_label("Search people by name").fill(other.name)
            self.page.get_by_role("listitem").get_by_role("button", name=f"@{other.username}").click()

    def open(self, title: str) -> None:
        self.entry(title).click()
        expect(self.box).to_be_visible()

    def entry(self, title: str) -> Locator:
        """A conversation in the list."""
        return self.page.get_by_role("navigation", name="Chat").get_by_role("link").filter(has_text=title)

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message ")

    def write(self, *texts: str) -> None:
        for text in texts:
            self.box.fill(text)
            self.box.press("Enter")
            expect(self.box).to_have_value("")

    def message(self, text: str) -> Locator:
        """Confirmed messages only: an own one has this role when the server has it."""
        return self.page.get_by_role("article").filter(has=self.page.get_by_text(text, exact=True))

    def expect_messages(self, *texts: str) -> None:
        """These are the last ones, in this order, each once."""
        for text in texts:
            expect(self.message(text)).to_have_count(1)
        shown = self.page.get_by_role("article").locator("p").all_inner_texts()
        assert [text for text in shown if text in texts] == list(texts)

    def drop(self, *files: Path, on: str) -> None:
        """From outside onto one of the overlay's targets."""
        brought = [
            [file.name, mimetypes.guess_type(file.name)[0] or "", base64.b64encode(file.read_bytes()).decode()]
            for file in files
        ]
        self.page.evaluate(DROP, [brought, on])

    def attach(self, *files: Path) -> None:
        """By the compose box's button; waits until they are there."""
        self.page.locator("[data-picker=files]").first.set_input_files(files)
        expect(self.chips.filter(has=self.page.get_by_role("progressbar"))).to_have_count(0)

    @property
    def chips(self) -> Locator:
        """What waits in the compose box."""
        return self.page.get_by_role("list", name="Attached files").get_by_role("listitem")

    def card(self, name: str) -> Locator:
        """The card of a job or of a batch."""
        return self.page.locator("article[aria-label]", has=self.page.get_by_text(name, exact=True)).last

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def violations(self) -> list[str]:
        """What axe finds on the page as it is (WCAG 2.2 AA)."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]

    def sideways(self) -> int:
        """Pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def person(browser: Browser, url: str, first_name: str, *, size: tuple[int, int] = WIDE, **options: str) -> Person:
    """Somebody new at a browser of their own. `options` are Playwright's (`color_scheme`, `locale`)."""
    number = next(_numbers)
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        **{"locale": "en-US", **options},  # type: ignore[arg-type]
    )
    return in_context(context, url, name=f"{first_name} {number}", username=f"{first_name.lower()}-{number}")


def in_context(context: BrowserContext, url: str, *, name: str, username: str) -> Person:
    page = context.new_page()
    one = Person(context=context, page=page, url=url, name=name, username=username)
    page.on("pageerror", lambda error: one.faults.append(str(error)))
    page.on("console", lambda said: said.type == "error" and one.faults.append(said.text))
    return one
