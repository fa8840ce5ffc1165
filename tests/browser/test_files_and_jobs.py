"""Files from a person's hand to everybody's screen, and the jobs that are done to them."""

import json
import re
import urllib.request

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.person import PASSWORD, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.serial]
NARROW = (320, 640)


def picture(folder, name, *, size=(640, 480)):
    """Noisy enough that a smaller copy of it is worth having."""
    image = Image.effect_noise(size, 60).convert("RGB")
    ImageDraw.Draw(image).ellipse((40, 40, size[0] - 40, size[1] - 40), fill=(13, 110, 110))
    image.save(folder / name, quality=97)
    return folder / name


def ask(one, path, body):
    """A request as a program makes it, with a login of its own."""

    def post(path, body, **headers):
        request = urllib.request.Request(
            f"{one.url}/api/v1{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    token = post("/auth/login", {"username": one.username, "password": PASSWORD})["access_token"]
    return post(path, body, Authorization=f"Bearer {token}", **{"Idempotency-Key": path + json.dumps(body)})


@pytest.fixture
def group(somebody):
    ada, bob = somebody("Ada"), somebody("Bob")
    ada.start_group("Release", bob)
    ada.write("Here they come")
    bob.open("Release")
    return ada, bob


@pytest.fixture
def without_worker(system):
    """Nobody works; what the test gets is called to begin."""
    system.kill_process("worker")
    started = False

    def start():
        nonlocal started
        started = True
        system.start_process("worker")

    yield start
    if not started:
        start()


def test_three_pictures_dropped_into_a_group_are_smaller_in_both_members_browsers(group, tmp_path):
    ada, bob = group
    pictures = [picture(tmp_path, f"photo-{number}.jpg") for number in range(3)]
    ada.drop(*pictures, on="Make smaller and post")
    for one in group:
        card = one.card("3 pictures")
        expect(card).to_contain_text("3 images · 3 done")
        expect(card.get_by_role("link", name=re.compile(r"photo-\d\.jpg: -\d+%"))).to_have_count(3)
        expect(card.locator("img")).to_have_count(3)
    expect(bob.card("3 pictures").get_by_role("button")).to_have_count(0)
    bob.page.reload()
    expect(bob.card("3 pictures")).to_contain_text("3 images · 3 done")


def test_everybody_sees_the_card_before_anything_is_done_and_its_owner_cancels_and_retries(
    group, without_worker, tmp_path
):
    ada, _bob = group
    ada.drop(picture(tmp_path, "one.jpg"), on="Make smaller and post")
    for one in group:
        expect(one.card("one.jpg")).to_contain_text("Queued")
    ada.card("one.jpg").get_by_role("button", name="Cancel").click()
    for one in group:
        expect(one.card("one.jpg")).to_contain_text("Cancelled")
    without_worker()
    ada.card("one.jpg").get_by_role("button", name="Retry").click()
    for one in group:
        expect(one.card("one.jpg")).to_contain_text("Done")


def test_a_reload_in_the_middle_of_an_upload_goes_on_where_it_was(group, tmp_path):
    ada, bob = group
    large = tmp_path / "notes.bin"
    large.write_bytes(bytes(range(256)) * 4096 * 17)
    parts: list[str] = []
    note = "**/api/v1/uploads/*"

    def first_part_only(route):
        if route.request.method == "PATCH":
            parts.append(route.request.headers["upload-offset"])
        if len(parts) <= 1:
            route.continue_()

    def all_parts(route):
        if route.request.method == "PATCH":
            parts.append(route.request.headers["upload-offset"])
        route.continue_()

    ada.page.route(note, first_part_only)
    with ada.page.expect_request(lambda request: request.headers.get("upload-offset", "0") != "0"):
        ada.page.locator("[data-picker=files]").first.set_input_files(large)
    assert parts[0] == "0"
    parts.clear()
    ada.page.unroute(note)
    ada.page.route(note, all_parts)
    ada.page.reload()
    expect(ada.chips).to_contain_text("MB")
    assert "0" not in parts
    ada.write("All of it")
    row = bob.page.get_by_role("link", name="Download notes.bin")
    expect(row).to_be_visible()
    with bob.page.expect_download() as download:
        row.click()
    assert download.value.path().read_bytes() == large.read_bytes()


def test_files_go_with_a_message_and_pictures_open_one_after_the_other(group, tmp_path):
    ada, bob = group
    ada.attach(picture(tmp_path, "first.jpg"), picture(tmp_path, "second.jpg"))
    ada.write("Look at these")
    message = bob.message("Look at these")
    expect(message.locator("img")).to_have_count(2)
    message.get_by_role("button", name="Open first.jpg").click()
    viewer = bob.page.get_by_role("dialog", name="first.jpg")
    expect(viewer.get_by_role("img", name="first.jpg")).to_be_visible()
    bob.page.keyboard.press("ArrowRight")
    expect(bob.page.get_by_role("dialog", name="second.jpg")).to_be_visible()
    bob.page.keyboard.press("Escape")
    expect(bob.page.get_by_role("dialog")).to_have_count(0)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "notes.txt").write_text("read me")
    ada.page.locator("[data-picker=folder]").set_input_files(folder)
    expect(ada.chips).to_have_count(1)
    bob.page.get_by_role("button", name="Details").click()
    bob.page.get_by_role("tab", name="About").press("ArrowRight")
    pictures = bob.page.get_by_role("list", name="Pictures").get_by_role("button")
    expect(pictures).to_have_count(2)
    ada.write("And these")
    expect(bob.page.get_by_role("list", name="Other files")).to_contain_text("notes.txt")
    pictures.first.click()
    expect(bob.page.get_by_role("dialog").get_by_text("1 / 2")).to_be_visible()


def test_a_job_that_failed_says_why_and_is_retried_from_the_jobs_page(somebody):
    ada = somebody("Ada")
    ada.page.goto(f"{ada.url}/jobs")
    expect(ada.page.get_by_text("No jobs yet")).to_be_visible()
    ask(ada, "/jobs", {"kind": "probe.fail", "params": {"how": "retry", "times": 1}})
    ask(ada, "/jobs", {"kind": "probe.fail", "params": {"how": "final"}})
    ada.page.get_by_role("link", name=re.compile("probe: final.*Failed")).click()
    expect(ada.card("probe: final")).to_contain_text("It failed for good, as it was asked to.")
    expect(ada.page.get_by_role("listitem").filter(has_text="probe_failed")).to_be_visible()
    ada.card("probe: final").get_by_role("button", name="Retry").click()
    expect(ada.page.get_by_text("begun anew")).to_be_visible()
    expect(ada.page.get_by_role("link", name=re.compile("probe: retry.*Done"))).to_be_visible()


def test_chosen_jobs_are_cancelled_together_unless_that_is_taken_back(somebody, without_worker):
    ada = somebody("Ada")
    for note in ("one", "two"):
        ask(ada, "/jobs", {"kind": "probe.noop", "params": {"note": note}})
    ada.page.clock.install()
    ada.page.goto(f"{ada.url}/jobs")
    queued = ada.page.get_by_role("link", name=re.compile("Queued"))
    expect(queued).to_have_count(2)
    for taken_back in (True, False):
        ada.page.get_by_role("button", name="Choose all").click()
        ada.page.get_by_role("button", name="Cancel 2").click()
        expect(ada.page.get_by_text("2 jobs will be cancelled.")).to_be_visible()
        if taken_back:
            ada.page.get_by_role("button", name="Undo").click()
        ada.page.clock.fast_forward(6000)
        expect(ada.page.get_by_text("2 jobs will be cancelled.")).to_have_count(0)
        expect(queued).to_have_count(2 if taken_back else 0)
    expect(ada.page.get_by_role("link", name=re.compile("Cancelled"))).to_have_count(2)


def test_a_chain_is_one_card_that_is_retried_from_where_it_failed_and_run_again_whole(somebody):
    ada = somebody("Ada")
    steps = [{"kind": "probe.fail", "params": {"how": "final"}}, {"kind": "probe.noop", "params": {}}]
    ask(ada, "/jobs", {"kind": "probe.noop", "params": {"note": "chain"}, "then": steps})
    ada.page.goto(f"{ada.url}/jobs")
    listed = ada.page.get_by_role("link", name=re.compile("3 steps.*Failed"))
    listed.click()
    chips = ada.page.get_by_role("list", name="Steps").get_by_role("link")
    expect(chips).to_have_text(
        [re.compile("DoneProbe"), re.compile("FailedFailing probe"), re.compile("CancelledProbe")]
    )
    chips.nth(1).click()
    ada.page.get_by_role("button", name="Retry from here").click()
    expect(ada.page.get_by_text("begun anew")).to_be_visible()
    expect(chips.nth(1)).to_contain_text("Failed")
    here = ada.page.url
    ada.page.get_by_role("button", name="Run again").click()
    expect(listed).to_have_count(2)
    assert ada.page.url != here


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", NARROW)], ids=["light", "dark and narrow"])
def test_everybody_can_use_it(somebody, tmp_path, scheme, size):
    ada = somebody("Ada", color_scheme=scheme, size=size)
    bob = somebody("Bob")
    found: list[str] = []

    def look(place):
        found.extend(f"{place}: {violation}" for violation in ada.violations())
        if pixels := ada.sideways():
            found.append(f"{place}: {pixels} pixels too wide")

    ada.page.goto(f"{ada.url}/jobs")
    expect(ada.page.get_by_text("No jobs yet")).to_be_visible()
    look("no jobs")
    ada.page.goto(f"{ada.url}/")
    ada.start_direct(bob)
    ada.attach(picture(tmp_path, "attached.jpg"))
    look("attached")
    ada.write("With a picture")
    expect(ada.message("With a picture").locator("img")).to_be_visible()
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(picture(tmp_path, "whole.jpg").read_bytes()[:2000])
    ada.drop(tmp_path / "whole.jpg", broken, on="Make smaller and post")
    expect(ada.card("2 pictures")).to_contain_text("2 images · 2 done")
    look("conversation")
    ada.page.get_by_role("button", name="Details").click()
    ada.page.get_by_role("tab", name="Files").click()
    expect(ada.page.get_by_role("list", name="Pictures").get_by_role("button")).not_to_have_count(0)
    look("files of the conversation")
    ada.page.get_by_role("tab", name="Jobs").click()
    expect(ada.page.get_by_role("list", name="Jobs").get_by_role("link")).to_have_count(2)
    look("jobs of the conversation")
    ada.page.get_by_role("button", name="Close").click()
    ada.page.get_by_role("button", name="Open attached.jpg").click()
    expect(ada.page.get_by_role("dialog", name="attached.jpg")).to_be_visible()
    look("viewer")
    ada.page.keyboard.press("Escape")
    ada.card("2 pictures").get_by_role("link", name="whole.jpg").click()
    slider = ada.page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "51 % before")
    look("comparison")
    ada.page.goto(f"{ada.url}/jobs")
    expect(ada.page.get_by_role("link", name=re.compile("broken.jpg.*Failed"))).to_be_visible()
    look("jobs")
    ada.page.goto(f"{ada.url}/jobs/new")
    expect(ada.page.get_by_role("button", name="Choose pictures")).to_be_enabled()
    ada.page.get_by_text("More", exact=True).click()
    for change in ("Crop", "Watermark", "Light and color", "Caption", "Turn"):
        ada.page.get_by_role("button", name=change, exact=True).click()
    ada.page.get_by_role("button", name="Add a copy").click()
    expect(ada.page.get_by_text("Both a width and a height are needed.")).to_be_visible()
    expect(ada.page.get_by_role("button", name="Choose pictures")).to_be_disabled()
    expect(ada.page.get_by_role("radio", name="whole.jpg").first).to_be_attached()
    look("new jobs")
    assert found == []
