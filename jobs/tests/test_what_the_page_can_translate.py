"""Whatever a job says of itself has its sentence in both of the page's catalogs (`frontend/src/lib/told.ts`)."""

import ast
import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TREES = [
    ast.parse(path.read_text(encoding="utf-8"))
    for folder in ("datasets", "downloads", "engine", "images", "worker")
    for path in sorted((ROOT / "jobs" / folder).glob("*.py"))
]
FAILURES = {"JobFailure", "failure", "errors_named", "Unreadable", "Refused", "Failed"}
CATALOGS = {
    language: json.loads((ROOT / "frontend/src/locales" / f"work.{language}.json").read_text(encoding="utf-8"))
    for language in ("en", "fr")
}


def texts(node: ast.AST | None) -> list[str]:
    """What an expression of literals can say; a 7 stands for what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join("7" if isinstance(part, ast.FormattedValue) else texts(part)[0] for part in parts)]
        case ast.BinOp(left=left, right=right):
            return [one + other for one in texts(left) for other in texts(right)]
        case ast.IfExp(body=body, orelse=otherwise):
            return texts(body) + texts(otherwise)
    return []


def nodes(kind: type[ast.AST]) -> Iterator[ast.AST]:
    return chain.from_iterable((node for node in ast.walk(tree) if isinstance(node, kind)) for tree in TREES)


def notes() -> set[str]:
    """Of the timeline and of progress."""
    given = [node.value for node in nodes(ast.keyword) if node.arg == "note"]
    named = [node.value for node in nodes(ast.Assign) if ast.unparse(node.targets[0]) == "NOTE"]
    return {text for value in given + named for text in texts(value)} - {""}


def reasons() -> set[str]:
    """Why an original was kept."""
    policy = ast.parse((ROOT / "jobs/images/policy.py").read_text(encoding="utf-8"))
    returned = [node.value for node in ast.walk(policy) if isinstance(node, ast.Return)]
    return {f"Kept the original: {text}." for value in returned for text in texts(value)}


def codes() -> set[str]:
    """`http_n` stands for every number that a server may answer with."""
    calls = [node for node in nodes(ast.Call) if ast.unparse(node.func) in FAILURES]
    given = [call.args[0] if call.args else named(call, "code") for call in calls]
    tables = [node.value for node in nodes(ast.Assign) if ast.unparse(node.targets[0]) in {"_FAILURES", "_LOST"}]
    pairs = [node for table in tables for node in ast.walk(table) if isinstance(node, ast.Tuple)]
    return {re.sub(r"\d+", "n", text) for code in [*given, *(pair.elts[0] for pair in pairs)] for text in texts(code)}


def named(call: ast.Call, name: str) -> ast.AST | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def key(sentence: str) -> str:
    return "_".join(re.findall("[a-z]+", re.sub(r"\d+(?:\.\d+)?", "n", sentence).lower()))


@pytest.mark.parametrize("language", CATALOGS)
def test_notes_and_reasons_are_in_the_catalog(language):
    said = {key(text): text for text in notes() | reasons()}
    assert {"failed", "writing_n_of_n", "merging", "kept_the_original_warren_made_it"} <= set(said)
    assert set(said) - set(CATALOGS[language]["said"]) == set()


@pytest.mark.parametrize("language", CATALOGS)
def test_failures_are_in_the_catalog(language):
    assert {"image_truncated", "worker_lost", "result_not_written", "key_not_unique", "too_slow", "http_n"} <= codes()
    assert codes() - set(CATALOGS[language]["jobs"]["failures"]) == set()
