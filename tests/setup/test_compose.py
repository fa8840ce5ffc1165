"""docker-compose.yml is a valid Compose file, and all that it names exists in the code."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from django.core.management import get_commands

from bus.topology import PERMISSIONS
from config.roles import PROCESSES, SERVICES
from config.settings import env
from supervisor import contained
from supervisor.cache import ROOT
from supervisor.configuration import AROUND

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text())
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
TLS = yaml.safe_load((ROOT / "deploy" / "compose.tls.yml").read_text())
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text()
PAGE = json.loads((ROOT / "frontend" / "package.json").read_text())
ONCE = {"secrets", "init"}
ROLES = {name: service for name, service in COMPOSE["services"].items() if name in {*SERVICES, *PROCESSES}}
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"].startswith("warren:")}
SECRETS = "/srv/warren/secrets"


def environment(service):
    return COMPOSE["services"][service].get("environment", {})


def mounts(service):
    return dict(volume.split(":")[:2] for volume in COMPOSE["services"][service].get("volumes", []))


def warren_variables():
    """Every WARREN_ variable that a container gets or that the file reads from the environment."""
    set_for_containers = {name for service in COMPOSE["services"] for name in environment(service)}
    read = set(re.findall(r"\$\{(\w+)", TEXT + (ROOT / "deploy" / "compose.tls.yml").read_text()))
    return {name for name in set_for_containers | read if name.startswith("WARREN_")}


@pytest.mark.parametrize("content", [COMPOSE, TLS], ids=["docker-compose.yml", "compose.tls.yml"])
def test_the_file_follows_the_compose_schema(content):
    validator = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
    assert [error.message for error in validator.iter_errors(content)] == []


def test_the_schema_would_notice_a_mistake():
    wrong = {"services": {"gateway": {"image": "x", "port": ["1:1"]}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_every_role_has_a_service():
    assert set(ROLES) == {*SERVICES, *PROCESSES}


@pytest.mark.parametrize("name", sorted(ROLES))
def test_each_role_runs_the_command_of_its_name(name):
    assert ROLES[name]["command"] == ["serve", name]


def test_every_command_exists():
    known = {"secrets", "serve", "healthy"}
    assert contained.main([]) == 2
    for service in OURS.values():
        if "entrypoint" not in service:
            assert service["command"][0] in known
    assert COMPOSE["services"]["init"]["command"][0] in get_commands()
    assert 'ENTRYPOINT ["python", "-m", "supervisor.contained"]' in DOCKERFILE


def test_every_variable_exists_in_the_code():
    around = {variable.name for variable in AROUND}
    for name in warren_variables() - around:
        variable = env.known[name.removesuffix("_FILE")]
        assert variable.secret or not name.endswith("_FILE"), name


def test_no_secret_is_written_into_the_file():
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            variable = env.known.get(name)
            assert not (variable and variable.secret and value and "secret" in variable.help), name
            assert "PASSWORD" not in name or name.endswith("_FILE")


def test_the_gateway_is_told_neither_where_the_database_is_nor_the_secret_key():
    given = environment("gateway")
    assert not [name for name in given if "DATABASE" in name or "SECRET" in name]
    assert "gateway" not in contained.READS_DATABASE | contained.READS_SECRET_KEY


@pytest.mark.parametrize("name", sorted({*ROLES} - {"gateway"}))
def test_every_other_role_gets_its_own_secrets_and_nobody_elses(name):
    assert mounts(name)[f"secrets-{name}"] == SECRETS
    assert [volume for volume in mounts(name) if volume.startswith("secrets")] == [f"secrets-{name}"]
    for variable in ("WARREN_DATABASE_URL_FILE", "WARREN_SECRET_KEY_FILE", "WARREN_AMQP_URL_FILE"):
        assert environment(name)[variable].startswith(f"{SECRETS}/")


def test_the_files_that_variables_name_are_those_that_are_handed_out(tmp_path):
    for holder in ("kept", "postgres", "rabbitmq", *PERMISSIONS):
        (tmp_path / holder).mkdir()
    assert contained.main(["secrets", str(tmp_path)]) == 0
    for service in COMPOSE["services"]:
        holder = next((volume.removeprefix("secrets-") for volume in mounts(service) if "secrets-" in volume), "")
        for name, file in environment(service).items():
            if name.endswith("_FILE"):
                assert (tmp_path / holder / Path(file).name).read_text().strip(), (service, name)


def test_secrets_stay_the_same_at_the_second_start(tmp_path):
    for holder in ("kept", "postgres", "rabbitmq", "relay"):
        (tmp_path / holder).mkdir()
    contained.main(["secrets", str(tmp_path)])
    first = {file: file.read_text() for file in (tmp_path / "relay").iterdir()}
    contained.main(["secrets", str(tmp_path)])
    assert {file: file.read_text() for file in (tmp_path / "relay").iterdir()} == first
    assert len(first) == 3


def test_the_brokers_definitions_hold_a_user_for_each_role_and_its_permissions(tmp_path):
    for holder in ("kept", "postgres", "rabbitmq"):
        (tmp_path / holder).mkdir()
    contained.main(["secrets", str(tmp_path)])
    defined = json.loads((tmp_path / "rabbitmq" / "definitions.json").read_text())
    assert {user["name"] for user in defined["users"]} == {*PERMISSIONS, "operator"}
    gateway = next(entry for entry in defined["permissions"] if entry["user"] == "gateway")
    assert gateway["configure"] == PERMISSIONS["gateway"].configure
    assert f"load_definitions = {SECRETS}/definitions.json" in (ROOT / "deploy" / "rabbitmq.conf").read_text()


def test_the_image_has_a_folder_for_each_mount_that_belongs_to_its_user():
    made = set(re.findall(r"warren/[\w/]+", DOCKERFILE.split("chown")[0]))
    for name, service in OURS.items():
        for target in (volume.split(":")[1] for volume in service["volumes"]):
            assert target == SECRETS or target.removeprefix("/srv/") in made, (name, target)


def test_every_volume_is_declared_and_used():
    used = {volume for service in COMPOSE["services"] for volume in mounts(service) if not volume.startswith(".")}
    assert used == set(COMPOSE["volumes"])


def test_every_file_that_is_mounted_exists():
    for service in COMPOSE["services"]:
        for source in mounts(service):
            if source.startswith("."):
                assert (ROOT / source).is_file()


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_no_container_runs_as_root_or_gains_rights(name):
    service = COMPOSE["services"][name]
    assert int(service["user"].split(":")[0]) > 0
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted({*COMPOSE["services"]} - ONCE))
def test_every_lasting_container_has_a_health_check_and_comes_back(name):
    service = COMPOSE["services"][name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize(
    "image", [s["image"] for s in COMPOSE["services"].values()] + re.findall(r"FROM (\S+)", DOCKERFILE)
)
def test_every_image_is_pinned_to_a_full_version(image):
    assert re.search(r":\d+\.\d+(\.\d+)?([.-]|$)", image), image


@pytest.mark.parametrize("name", sorted(ROLES))
def test_every_role_can_be_scaled(name):
    assert "container_name" not in ROLES[name]
    assert "ports" not in ROLES[name]


def test_ports_agree_with_each_other():
    gateway, admin = environment("gateway"), environment("admin")
    assert COMPOSE["services"]["gateway"]["expose"] == [gateway["WARREN_PORT"]]
    assert f"dynamic a gateway {gateway['WARREN_PORT']}" in CADDYFILE
    assert gateway["WARREN_ADMIN_URL"] == f"http://admin:{admin['WARREN_ADMIN_PORT']}"
    assert COMPOSE["services"]["proxy"]["ports"] == ["${WARREN_PORT:-8000}:8080"]
    assert "{$WARREN_SITE::8080}" in CADDYFILE
    assert f"${{WARREN_PORT:-{env.known['WARREN_PORT'].default}}}" in TEXT
    assert ":2020 {" in CADDYFILE
    assert COMPOSE["services"]["proxy"]["healthcheck"]["test"][-1] == "http://127.0.0.1:2020/"


def test_the_proxys_network_is_the_one_that_is_trusted():
    subnet = COMPOSE["networks"]["default"]["ipam"]["config"][0]["subnet"]
    assert environment("gateway")["WARREN_TRUSTED_PROXIES"] == subnet


def test_whatever_needs_a_server_waits_until_it_is_well():
    for name in ROLES:
        assert {"postgres", "rabbitmq", "init"} <= set(ROLES[name]["depends_on"])
    assert COMPOSE["services"]["rabbitmq"]["depends_on"]["secrets"]["condition"] == "service_completed_successfully"


def test_the_image_is_built_with_the_pinned_tools_and_holds_every_package():
    assert f"pnpm@{PAGE['packageManager'].split('@')[1]}" in DOCKERFILE
    for package in ("config", "contracts", "bus", "eventlog", "supervisor", "apigateway", *SERVICES):
        assert f"COPY {package} {package}\n" in DOCKERFILE
        assert f"!{package}\n" in (ROOT / ".dockerignore").read_text()


def test_uploads_are_streamed_and_headers_set_by_the_proxy():
    for line in ("flush_interval -1", "X-Content-Type-Options nosniff", "Strict-Transport-Security"):
        assert line in CADDYFILE
