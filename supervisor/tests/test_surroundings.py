"""The environment wins over `.env`; what is missing is added and what was given stays."""

import stat

import pytest

from supervisor import surroundings
from supervisor.faults import SetupFault


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in list(surroundings.os.environ):
        if name.startswith("WARREN_"):
            monkeypatch.delenv(name)


def test_a_dotenv_file_is_read_and_the_environment_wins(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("# ports\nWARREN_PORT=9000\nexport WARREN_HOST='0.0.0.0'\nWARREN_LOG_DAYS=\n")
    monkeypatch.setenv("WARREN_PORT", "9001")
    found = surroundings.read_environment(tmp_path)
    assert found["WARREN_PORT"] == "9001"
    assert found["WARREN_HOST"] == "0.0.0.0"
    assert "WARREN_LOG_DAYS" not in found


def test_an_empty_variable_counts_as_unset(tmp_path, monkeypatch):
    monkeypatch.setenv("WARREN_DATABASE_URL", "")
    assert not surroundings.given(surroundings.read_environment(tmp_path), "WARREN_DATABASE_URL")


def test_a_secret_named_by_a_file_counts_as_given():
    assert surroundings.given({"WARREN_SECRET_KEY_FILE": "/run/secrets/key"}, "WARREN_SECRET_KEY")


def test_a_missing_secret_key_is_generated_once_into_a_private_file(tmp_path):
    first = surroundings.completed({}, folder=tmp_path)["WARREN_SECRET_KEY_FILE"]
    second = surroundings.completed({}, folder=tmp_path)["WARREN_SECRET_KEY_FILE"]
    file = surroundings.Path(first)
    assert first == second
    assert len(file.read_text().strip()) >= 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_given_secret_key_is_kept_and_none_is_generated(tmp_path):
    found = surroundings.completed({"WARREN_SECRET_KEY": "mine"}, folder=tmp_path)
    assert found["WARREN_SECRET_KEY"] == "mine"
    assert not (tmp_path / "secrets").exists()


def test_the_admin_port_stays_the_same(tmp_path):
    first, second = (surroundings.completed({}, folder=tmp_path)["WARREN_ADMIN_PORT"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1", "8000 "])
def test_a_port_that_is_none_is_refused_by_name(text):
    with pytest.raises(SetupFault, match="WARREN_PORT should be a whole number from 1 to 65535"):
        surroundings.address({"WARREN_PORT": text})


def test_a_url_can_come_from_a_file(tmp_path):
    (tmp_path / "url").write_text("amqp://from-file\n")
    assert surroundings.amqp_url({"WARREN_AMQP_URL_FILE": str(tmp_path / "url")}, "relay") == "amqp://from-file"


def test_a_file_that_is_not_there_is_told_by_the_name_of_its_variable(tmp_path):
    with pytest.raises(SetupFault, match=r"WARREN_DATABASE_URL_FILE names .*/none, which cannot be read"):
        surroundings.value({"WARREN_DATABASE_URL_FILE": str(tmp_path / "none")}, "WARREN_DATABASE_URL")


def test_a_roles_own_broker_url_goes_before_the_common_one():
    environment = {"WARREN_AMQP_URL": "amqp://all", "WARREN_AMQP_URL_RELAY": "amqp://relay"}
    assert surroundings.amqp_url(environment, "relay") == "amqp://relay"
    assert surroundings.amqp_url(environment, "gateway") == "amqp://all"
