"""What is brought in, where it is kept, and how much of it is there after an interruption: all or nothing."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from supervisor import account, cache, debian, environment, frontend, postgres, rabbitmq, wheels
from supervisor.faults import SetupFault, Unavailable


def pins(name):
    text = (cache.ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[\S+\])?==(\S+)", text, re.MULTILINE))


def test_a_folder_appears_in_the_cache_whole_or_not_at_all(tmp_path):
    place = tmp_path / "tool"

    def fail(fresh):
        (fresh / "half").touch()
        raise SetupFault("the network went away")

    with pytest.raises(SetupFault):
        cache.in_cache(place, fail)
    assert list(tmp_path.iterdir()) == []
    cache.in_cache(place, lambda fresh: (fresh / "whole").touch())
    assert [file.name for file in place.iterdir()] == ["whole"]


def test_what_is_in_the_cache_is_not_made_again(tmp_path):
    (tmp_path / "tool").mkdir()
    assert cache.in_cache(tmp_path / "tool", lambda _: pytest.fail("made again")) == tmp_path / "tool"


def test_two_who_fill_the_same_place_do_not_disturb_each_other(tmp_path):
    place = tmp_path / "tool"

    def overtaken(fresh):
        (fresh / "second").touch()
        cache.in_cache(place, lambda other: (other / "first").touch())

    cache.in_cache(place, overtaken)
    assert [file.name for file in place.iterdir()] == ["first"]


def test_a_step_that_fails_shows_what_it_printed():
    with pytest.raises(SetupFault, match=r"Trying failed: sh -c .*\nno such luck"):
        cache.run(["sh", "-c", "echo no such luck; exit 3"], what="Trying")


def test_without_a_home_directory_the_cache_is_in_the_clone(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/proc/nowhere")
    assert cache.cache_folder() == cache.ROOT / ".cache"


def test_the_basic_requirements_are_pinned_alike_among_the_development_ones():
    development = pins("dev")
    differing = {name: (version, development.get(name)) for name, version in pins("base").items()}
    assert {name: pair for name, pair in differing.items() if pair[0] != pair[1]} == {}


def test_psycopg_3_is_never_installed_beside_psycopg2():
    for name in ("base", "dev"):
        assert not [package for package in pins(name) if re.fullmatch(r"psycopg(-.*)?", package)]


@pytest.mark.parametrize("name", ["base", "dev", "bench", "postgres", "node"])
def test_every_requirement_is_pinned_with_hashes(name):
    text = (cache.ROOT / "requirements" / f"{name}.txt").read_text()
    requirements = re.findall(r"^[\w.-]+(?:\[\S+\])?==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(requirements) == len(pins(name)) > 0


def test_a_changed_lock_file_is_installed_again(tmp_path, monkeypatch):
    (tmp_path / "requirements").mkdir()
    lock = tmp_path / "requirements" / "base.txt"
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    lock.write_text("one==1")
    first = environment._stamp("base")
    lock.write_text("one==2")
    assert environment._stamp("base") != first


def test_nothing_is_installed_when_everything_is_there(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "_works", lambda: True)
    monkeypatch.setattr(environment, "_stamp", lambda name: tmp_path / name)
    monkeypatch.setattr(wheels, "install", lambda **_: pytest.fail("installed again"))
    (tmp_path / "dev").touch()
    environment.ensure(name="base", cache=tmp_path, say=lambda _: None)


def test_a_virtual_environment_that_does_not_run_is_not_used(monkeypatch, tmp_path):
    broken = tmp_path / "python"
    monkeypatch.setattr(environment, "PYTHON", broken)
    assert not environment._works()
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    assert not environment._works()


def test_the_pages_hash_follows_its_sources_and_nothing_else(monkeypatch, tmp_path):
    monkeypatch.setattr(frontend, "FRONTEND", tmp_path)
    for folder in ("src", "dist", "node_modules"):
        (tmp_path / folder).mkdir()
    (tmp_path / "src" / "main.tsx").write_text("one")
    first = frontend.sources_hash()
    (tmp_path / "dist" / "index.html").write_text("built")
    (tmp_path / "node_modules" / "x.js").write_text("installed")
    assert frontend.sources_hash() == first
    (tmp_path / "src" / "main.tsx").write_text("two")
    assert frontend.sources_hash() != first


def test_a_page_built_from_other_sources_is_not_current(monkeypatch, tmp_path):
    monkeypatch.setattr(frontend, "DIST", tmp_path)
    monkeypatch.setattr(frontend, "STAMP", tmp_path / "stamp")
    assert not frontend.is_current("a")
    (tmp_path / "index.html").touch()
    (tmp_path / "stamp").write_text("a\n")
    assert frontend.is_current("a")
    assert not frontend.is_current("b")


@pytest.mark.parametrize(
    ("printed", "enough"),
    [("v20.19.0", True), ("v24.1.0", True), ("v20.18.9", False), ("v18.20.4", False), ("nonsense", False)],
)
def test_an_old_node_is_not_used(tmp_path, printed, enough):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {printed}\n")
    node.chmod(0o755)
    assert frontend._new_enough(f"{tmp_path}:/usr/bin:/bin") is enough


def test_the_page_pins_its_package_manager_and_node():
    page = json.loads((frontend.FRONTEND / "package.json").read_text())
    assert re.fullmatch(r"pnpm@\d+\.\d+\.\d+", page["packageManager"])
    assert page["engines"]["node"] == f">={'.'.join(map(str, frontend.OLDEST_NODE))}"


def test_libraries_in_subfolders_are_found(tmp_path):
    inner = tmp_path / "usr/lib/x86_64-linux-gnu/pulseaudio"
    inner.mkdir(parents=True)
    (inner / "libpulsecommon-16.1.so").touch()
    assert debian.library_path(tmp_path).split(":") == [str(inner.parent), str(inner)]


def test_away_from_debian_there_is_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(debian.shutil, "which", lambda _: None)
    with pytest.raises(Unavailable, match="not a Debian or Ubuntu machine"):
        debian.fill(["rabbitmq-server"], tmp_path)


@pytest.mark.parametrize(
    ("find", "variable", "package"),
    [
        (lambda folder: postgres.find(data=folder, cache=folder), "WARREN_DATABASE_URL", "postgresql"),
        (lambda folder: rabbitmq.find(cache=folder), "WARREN_AMQP_URL", "rabbitmq-server"),
    ],
)
def test_without_a_server_to_be_had_the_commands_to_type_are_named(tmp_path, monkeypatch, find, variable, package):
    def fail(*_, **__):
        raise SetupFault("no network")

    monkeypatch.setattr(postgres, "installed", list)
    monkeypatch.setattr(rabbitmq, "installed", lambda: None)
    monkeypatch.setattr(wheels, "unpack", fail)
    monkeypatch.setattr(debian, "fill", fail)
    monkeypatch.setattr(debian, "install", lambda _: False)
    with pytest.raises(Unavailable) as caught:
        find(tmp_path)
    assert caught.value.status == 69
    assert f"sudo apt-get install {package}" in str(caught.value)
    assert f"{variable}=" in str(caught.value)


def test_a_database_made_by_a_version_that_is_gone_names_that_version(tmp_path, monkeypatch):
    (tmp_path / "PG_VERSION").write_text("13\n")
    (tmp_path / postgres.MARKER).touch()
    monkeypatch.setattr(postgres, "_from_wheel", lambda _: [])
    monkeypatch.setattr(debian, "install", lambda _: False)
    with pytest.raises(Unavailable, match=r"made by PostgreSQL 13, which is gone.*apt-get install postgresql-13"):
        postgres.find(data=tmp_path, cache=tmp_path)


def test_a_password_hash_is_salt_and_digest():
    import base64
    import hashlib

    raw = base64.b64decode(rabbitmq.password_hash("secret"))
    assert raw[4:] == hashlib.sha256(raw[:4] + b"secret").digest()
    assert rabbitmq.password_hash("secret") != rabbitmq.password_hash("secret")


def test_a_folder_below_a_closed_one_cannot_be_entered_by_others(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir(mode=0o755)
    tmp_path.chmod(0o700)
    assert not account.everybody_may_enter(inner)


def test_a_folder_of_another_user_is_told_in_a_sentence(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(SetupFault, match="belongs to another user"):
        account.make_folder(tmp_path / "local")


@pytest.mark.skipif(os.getuid() != 0, reason="only root changes users")
def test_servers_of_root_run_as_somebody_else():
    assert account.unprivileged("no-such-user").uid == account.NOBODY
    done = subprocess.run(
        ["id", "-u"], capture_output=True, text=True, check=True, **account.unprivileged("x").popen_arguments()
    )
    assert done.stdout.strip() == str(account.NOBODY)


def test_an_ordinary_users_servers_run_as_that_user(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert account.unprivileged("postgres") is None


def test_unpacked_erlang_is_told_where_it_is(tmp_path, monkeypatch):
    script = Path("usr/lib/erlang/bin/erl")

    def fake_fill(packages, fresh, *, only):
        (fresh / script).parent.mkdir(parents=True)
        (fresh / script).write_text("ROOTDIR=/usr/lib/erlang\n")

    monkeypatch.setattr(debian, "fill", fake_fill)
    assert rabbitmq.unpacked(tmp_path) is None  # no server among the files
    assert (tmp_path / "rabbitmq" / script).read_text() == f"ROOTDIR={tmp_path}/rabbitmq/usr/lib/erlang\n"
