"""The house keeps its own rules: arrows, limits, and a documentation that leaves nothing out."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
OUR_APPS = ("catalog", "crowd", "annotate", "verify", "tallies", "exports")
NOT_OURS = {"node_modules", "var", "build", "staticfiles", "test-results", "__pycache__"}
TEXT = {".py", ".js", ".ts", ".css", ".html", ".md", ".toml", ".json", ".txt", ".svg", ""}
MOST_LINES = {".py": 500, ".js": 250, ".html": 200, ".css": 600}
MOST_FUNCTION_LINES = 50
# a drawing is one list of strokes: cut in two, it says less
DRAWINGS = ROOT / "simulation"
MOST_DRAWING_LINES = 90
LARGEST_PICTURE_BYTES = 300_000
# written in pieces, so that this file does not find itself
MACHINE_PATH = re.compile(
    "|".join(["/" + "work/", "/" + r"home/\w", "/" + r"root/\w", "/" + "Users/"])
)
OTHER_HOST = re.compile("|".join(["arti" + "factory", "registry" + r"\.", "simple" + "/pypi"]))
# words that the glossary has another one for
NOT_OUR_WORDS = {"annotator", "honeypot", "reputation", "workflow"}


def ours(*suffixes: str) -> Iterator[Path]:
    """Our files with these suffixes: what a clone holds, not what tools leave behind."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        is_hidden = any(part.startswith(".") and part != ".ci" for part in inside.parts[:-1])
        if is_hidden or NOT_OURS.intersection(inside.parts) or path.suffix not in suffixes:
            continue
        if path.is_file() and (not path.name.startswith(".") or path.name == ".npmrc"):
            yield path


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def pages() -> list[Path]:
    """The whole documentation."""
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def written() -> str:
    return "\n".join(page.read_text() for page in pages())


def is_migration(path: Path) -> bool:
    return "migrations" in path.parts


def parsed() -> Iterator[tuple[Path, ast.Module]]:
    for path in ours(".py"):
        if not is_migration(path):
            yield path, ast.parse(path.read_text())


def test_imports_follow_the_arrows():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.django_db
def test_migrations_are_up_to_date():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def variables_in(path: Path) -> set[str]:
    """Environment variables that a Python file reads."""
    text = path.read_text()
    by_name = r'(?:_env\.\w+|environ(?:\.get|\.pop|\.setdefault)?|getenv)[(\[]\s*"([A-Z_]+)"'
    return set(re.findall(by_name, text)) | set(re.findall(r"\bQUADRAT_[A-Z_]+\b", text))


def variables_in_makefile() -> set[str]:
    text = (ROOT / "Makefile").read_text()
    own = set(re.findall(r"^(?:\w+: )?(?:export )?([A-Z]+) *:?=", text, re.MULTILINE))
    used = set(re.findall(r"\$\(([A-Z]+)\)", text))
    return (used - own) | set(re.findall(r"\b(?:QUADRAT_[A-Z_]+|PORT)\b", text))


def test_every_environment_variable_is_documented():
    found = variables_in_makefile() | variables_in(ROOT / ".ci" / "run")
    for path in ours(".py"):
        found |= variables_in(path)
    # set by the code itself, for Django and Python
    found -= {"DJANGO_SETTINGS_MODULE", "PYTHONUNBUFFERED", "PYTHONWARNINGS"}
    assert {"QUADRAT_DATA", "DATABASE_URL", "PORT", "PYTHON", "ARGS"} <= found
    text = (DOCS / "operations.md").read_text()
    assert sorted(name for name in found if f"`{name}`" not in text) == []


def test_every_command_is_documented():
    commands = [path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")]
    assert "import_images" in commands
    text = "\n".join(page.read_text() for page in DOCS.glob("*.md"))
    missing = [name for name in commands if not re.search(rf"(?:manage\.py |`){name}\b", text)]
    assert missing == []


def test_every_job_of_the_schedule_is_documented():
    text = (DOCS / "operations.md").read_text()
    jobs = {str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert sorted(job for job in jobs if f"`{job}`" not in text) == []


def test_every_constraint_is_documented():
    text = (DOCS / "architecture.md").read_text()
    names = {
        str(constraint.name)
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models()
        for constraint in model._meta.constraints
    }
    assert "worker_once_per_task" in names
    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_every_operation_of_the_api_says_what_it_does():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    operations = {
        f"{method} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }
    assert len(operations) >= 9
    silent = [
        name
        for name, operation in operations.items()
        if not operation.get("summary") or not operation.get("description")
    ]
    assert silent == []


@pytest.mark.parametrize("guide", pages(), ids=named)
def test_links_lead_somewhere(guide):
    text = re.sub(r"```.*?```", "", guide.read_text(), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    inside = [target.split("#")[0] for target in targets if "://" not in target]
    assert [target for target in inside if target and not (guide.parent / target).exists()] == []


def test_every_page_is_linked_from_another():
    linked = {
        (page.parent / target.split("#")[0]).resolve()
        for page in pages()
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text())
        if "://" not in target
    }
    decisions = DOCS / "decisions"
    alone = [page for page in DOCS.glob("*.md") if page not in linked]
    assert [named(page) for page in alone] == []
    assert decisions in linked


def test_pictures_are_small_and_shown():
    text = written()
    for picture in (DOCS / "images").iterdir():
        assert picture.stat().st_size < LARGEST_PICTURE_BYTES, picture.name
        assert f"images/{picture.name}" in text, picture.name


def test_nothing_names_a_machine():
    found = [
        f"{named(path)}:{number}"
        for path in ours(*TEXT)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if MACHINE_PATH.search(line) or OTHER_HOST.search(line)
    ]
    assert found == []


def test_files_are_short():
    long = {
        named(path): n_lines
        for path in ours(*MOST_LINES)
        if not is_migration(path)
        and (n_lines := len(path.read_text().splitlines())) > MOST_LINES[path.suffix]
    }
    assert long == {}


def test_functions_are_short():
    long = {
        f"{named(path)}:{node.name}": n_lines
        for path, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (n_lines := (node.end_lineno or node.lineno) - node.lineno + 1)
        > (MOST_DRAWING_LINES if DRAWINGS in path.parents else MOST_FUNCTION_LINES)
    }
    assert long == {}


def test_one_word_for_each_thing():
    strange = {
        f"{named(path)}:{name}"
        for path, tree in parsed()
        for name in names_defined(tree)
        if NOT_OUR_WORDS.intersection(name.lower().split("_"))
    }
    assert strange == set()


def names_defined(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned(name):
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    loose = [line for line in lines if line and not re.fullmatch(r"[\w.\[\]-]+==[\w.]+", line)]
    assert loose in ([], ["-r requirements.txt"])


def test_the_licence_is_there():
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
