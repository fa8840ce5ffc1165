"""Where the parts end: who imports whom, whose tables point where, who answers what."""

import ast
import shutil
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from bus.topology import OWNERS
from config.roles import PROCESSES, SERVICES
from contracts.base import OPERATIONS, load_all

ROOT = Path(__file__).resolve().parent.parent
load_all()
CONTRACTS = {name for name, operation in OPERATIONS.items() if operation.request.__module__.startswith("contracts.")}


def test_the_layers_hold():
    linter = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("label", SERVICES)
def test_no_foreign_key_leaves_its_service(label):
    for model in apps.get_app_config(label).get_models():
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            if field.related_model:
                assert field.related_model._meta.app_label in (label, "auth"), f"{model.__name__}.{field.name}"


def test_every_operation_has_exactly_one_handler():
    answered = Counter(name for module in SERVICES.values() for name in import_module(module).service.registrations)
    assert set(answered) == CONTRACTS
    assert set(answered.values()) == {1}


@pytest.mark.parametrize(("role", "module"), SERVICES.items())
def test_a_service_answers_for_the_owner_whose_role_it_is(role, module):
    service = import_module(module).service
    assert OWNERS[service.owner] == role
    assert not CONTRACTS.intersection(service.missing())  # tests of the bus have operations of their own


def test_roles_are_told_apart():
    assert not SERVICES.keys() & PROCESSES.keys()
    assert set(OWNERS.values()) >= SERVICES.keys()


def test_the_gateway_names_no_table():
    for file in (ROOT / "apigateway").rglob("*.py"):
        assert not [name for name in imports(file) if name.startswith(("django.db", "django.contrib.auth"))], file


def imports(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text())))
    whole = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return whole | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def test_the_gateway_loads_no_database_and_no_service():
    """In a process of its own: what `serve gateway` imports."""
    program = (
        "import sys, django; django.setup();"
        "from importlib import import_module; from config.roles import PROCESSES; import_module(PROCESSES['gateway']);"
        "found = [m for m in sys.modules if m.split('.')[0] in ('userservice', 'messageservice', 'psycopg2')];"
        "from django.conf import settings; assert not settings.DATABASES.get('default', {}).get('HOST');"
        "sys.exit(', '.join(found) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "config.settings", "WARREN_ROLE": "gateway"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_gateway_imports_no_part_of_django_that_knows_tables():
    for file in (ROOT / "apigateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [n for n in names if n.startswith(("django.db", "django.contrib.auth.models"))], file
