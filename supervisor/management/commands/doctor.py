"""`manage.py doctor`: what is wrong here, and what to do about it."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from supervisor.cache import ROOT
from supervisor.doctor import Finding, Subject, examine
from supervisor.surroundings import parse, read_environment


class Command(BaseCommand):
    help = "Examine this installation; each fault comes with its fix. Exit status 1 when there is one."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings for programs")

    def handle(self, *_: Any, json: bool, **__: Any) -> None:
        findings = examine(subject())
        self.stdout.write(as_json(findings) if json else as_text(findings))
        if not all(finding.well for finding in findings):
            sys.exit(1)


def subject() -> Subject:
    """This clone, as `bin/up` left it: its variables are used where the environment holds none."""
    environment = read_environment(ROOT)
    local = Path(environment.get("WARREN_LOCAL", ROOT / ".local"))
    left = local / "env"
    return Subject(environment={**(parse(left.read_text()) if left.exists() else {}), **environment}, local=local)


def as_text(findings: Sequence[Finding]) -> str:
    """A line for each finding, and below each fault what to do."""
    return "\n".join(_lines(finding) for finding in findings)


def as_json(findings: Sequence[Finding]) -> str:
    return json.dumps([asdict(finding) for finding in findings], indent=2)


def _lines(finding: Finding) -> str:
    line = f"{'ok   ' if finding.well else 'FAULT'} {finding.name:22} {finding.detail}"
    return line if finding.well else f"{line}\n      {'':22} Fix: {finding.fix}"
