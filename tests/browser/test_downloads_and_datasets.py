"""From a link to a dataset that everybody browses while everybody watches; downloads that pause; imports by hand."""

import csv
import re
import threading

import pytest
from playwright.sync_api import expect

from tests.browser.person import WIDE
from tests.downloads.site import Document, serving

pytestmark = [pytest.mark.browser, pytest.mark.serial]
NARROW = (320, 640)
CITIES = ("Oslo", "Bergen", "Paris")
MANY = 30_000


@pytest.fixture
def site():
    with serving() as one:
        yield one


def lines(count):
    return "city,amount,day\n" + "".join(f"{CITIES[n % 3]},{n}.50,2026-01-{n % 28 + 1:02}\n" for n in range(count))


def fits(one, place):
    """The page as it is can be used by everybody, and in a window of 320 pixels without scrolling sideways."""
    assert one.violations() == [], place
    one.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert one.sideways() == 0, place
    one.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def grid(one):
    return one.page.get_by_role("grid")


def rows_said(one, text):
    expect(one.page.get_by_role("contentinfo").or_(one.page.locator("footer")).last).to_contain_text(text)


def test_a_link_becomes_a_dataset_that_two_members_watch_filter_and_export(site, somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_group("Numbers", bob)
    ada.write("There is a table")
    bob.open("Numbers")
    half = threading.Event()
    data = lines(MANY).encode()
    url = site.put("/sales.csv", Document(data, hold=half, hold_at=len(data) // 2))

    ada.box.fill(url)
    ada.page.get_by_role("button", name="Fetch and import").click()
    expect(ada.box).to_have_value("")
    for one in (ada, bob):
        expect(one.card("sales.csv")).to_contain_text(re.compile(r"\d+ kB of \d+ kB"))
    half.set()
    for one in (ada, bob):
        expect(one.card("sales.csv")).to_contain_text("30,000 rows")

    bob.card("sales.csv").get_by_role("link", name="sales").click()
    expect(bob.page.get_by_role("gridcell", name="Oslo").first).to_be_visible()
    rows_said(bob, "30,000 rows")
    fits(bob, "a dataset")
    grid(bob).press("Control+End")
    expect(grid(bob).get_by_role("rowheader", name="30,000")).to_be_visible()
    expect(grid(bob).get_by_role("gridcell", name="29999.5")).to_be_visible()
    assert grid(bob).get_by_role("gridcell").count() < 300

    bob.page.get_by_role("button", name="Filter").first.click()
    bob.page.get_by_label("Comparison").select_option("is")
    bob.page.get_by_label("Value").fill("Paris")
    bob.page.get_by_role("button", name="Show these rows").click()
    rows_said(bob, "10,000 of 30,000 rows")
    bob.page.reload()
    rows_said(bob, "10,000 of 30,000 rows")
    expect(grid(bob).get_by_role("gridcell", name="Oslo")).to_have_count(0)
    bob.page.get_by_role("button", name="About amount").click()
    expect(bob.page.get_by_role("img", name="Values from 2.5 to 29999.5")).to_be_visible()
    fits(bob, "what is in a column")

    bob.page.get_by_role("button", name="Export").click()
    bob.page.get_by_role("button", name="Make the file").click()
    with bob.page.expect_download() as download:
        bob.page.get_by_role("dialog").get_by_role("link", name="Download").click()
    exported = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert len(exported) == MANY // 3
    assert {row["city"] for row in exported} == {"Paris"}


def test_downloads_of_a_list_are_paused_and_go_on_where_they_were_and_refusals_say_why(site, somebody):
    ada = somebody("Ada")
    held = threading.Event()
    data = bytes(range(256)) * 8192
    urls = [site.put(path, Document(data, hold=held, hold_at=len(data) // 2)) for path in ("/one.bin", "/two.bin")]
    ada.page.goto(f"{ada.url}/downloads")
    expect(ada.page.get_by_text("Nothing was fetched yet")).to_be_visible()
    ada.page.get_by_role("button", name="Fetch links").click()
    links = ada.page.get_by_role("textbox", name="Links")
    links.fill("http://user:secret@example.org/x.csv")
    ada.page.get_by_role("button", name="Fetch", exact=True).click()
    expect(ada.page.get_by_role("alert")).to_be_visible()
    links.fill("\n".join([*urls, "http://10.0.0.1/inside.csv", "no link", urls[0]]))
    expect(ada.page.get_by_text("3 links · 1 line is no link and is left out.")).to_be_visible()
    ada.page.get_by_role("textbox", name="Title").fill("Three of them")
    ada.page.get_by_role("button", name="Fetch", exact=True).click()
    card = ada.card("Three of them")
    expect(card.get_by_role("link", name=re.compile("1.0 MB of 2.1 MB")).first).to_be_visible()
    card.get_by_role("button", name="Pause all").click()
    expect(card.get_by_role("link", name=re.compile(r"\.bin.*Paused"))).to_have_count(2)
    fits(ada, "downloads")
    held.set()
    card.get_by_role("button", name="Resume all").click()
    expect(card).to_contain_text("3 links · 3 done")
    expect(card).to_contain_text("an address that nothing is fetched from")
    begun = [asked.path for asked in site.asked if not asked.headers.get("Range")]
    assert sorted(begun) == ["/one.bin", "/two.bin"]


def test_a_file_is_tried_imported_corrected_and_taken_back(somebody, tmp_path):
    ada = somebody("Ada")
    table, corrected = tmp_path / "people.csv", tmp_path / "corrected.csv"
    table.write_text("Name;Age;Note\nAda;36;x\nBob;many;y\nEve;41;z\n")
    corrected.write_text("Name;Age;Note\nBob;40;y\n")
    page = ada.page
    page.goto(f"{ada.url}/data/import")
    page.locator("[data-picker=files]").first.set_input_files(table)
    expect(page.get_by_role("heading", name="Columns")).to_be_visible()
    page.get_by_label("Type of Age").select_option("integer")
    page.get_by_label("Import the column Note").uncheck()
    page.get_by_label("Name of Name").fill("Person")
    fits(ada, "an import")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Tried: nothing was changed.")).to_be_visible()
    expect(page.get_by_role("link", name="Open the dataset")).to_have_count(0)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported into people.")).to_be_visible()
    page.get_by_role("button", name="Show bad rows").click()
    expect(page.get_by_role("dialog")).to_contain_text("Bob;many;y")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the rows").click()
    assert "Bob;many;y" in download.value.path().read_text()

    page.get_by_role("link", name="Import corrected rows").click()
    page.locator("[data-picker=files]").first.set_input_files(corrected)
    page.get_by_role("button", name="Import the corrected rows").click()
    page.get_by_role("link", name="Open the dataset").click()
    rows_said(ada, "3 rows")
    expect(grid(ada).get_by_role("columnheader", name="Person")).to_be_visible()
    page.get_by_role("button", name="About this dataset").click()
    imports = page.get_by_role("article")
    expect(imports).to_have_count(2)
    fits(ada, "what is known of a dataset")
    imports.filter(has_text="corrected.csv").get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    rows_said(ada, "2 rows")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("No datasets yet")).to_be_visible()
