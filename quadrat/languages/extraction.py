"""Every sentence a worker can meet, gathered from the templates and the code."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from django.utils.translation.template import templatize

from quadrat.env import BASE_DIR

# the workers' pages, the frame around them and the pages of errors
TEMPLATES = ("*.html", "annotate/*.html", "crowd/*.html", "verify/*.html")
PACKAGES = ("annotate", "catalog", "crowd", "verify")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
COMMENTS = ("Translators:",)


def worker_messages() -> Catalog:
    """A catalog of all of them, without translations, in the order of the files."""
    catalog = Catalog(project="Quadrat", charset="utf-8")
    for path in _sources():
        source = path.read_text()
        if path.suffix == ".html":
            source = _as_python(source, path)
        found = extract("python", BytesIO(source.encode()), KEYWORDS, COMMENTS)
        where = path.relative_to(BASE_DIR).as_posix()
        for line, message, comments, context in found:
            catalog.add(message, None, [(where, line)], auto_comments=comments, context=context)
    return catalog


def _sources() -> Iterator[Path]:
    for pattern in TEMPLATES:
        yield from sorted((BASE_DIR / "templates").glob(pattern))
    for package in PACKAGES:
        for path in sorted((BASE_DIR / package).rglob("*.py")):
            if not {"migrations", "management"}.intersection(path.parts):
                yield path


def _as_python(template: str, path: Path) -> str:
    """Its translation tags as calls of gettext, each line from the margin on: what stands around
    the tags must not look like broken indentation."""
    lines = templatize(template, origin=str(path)).splitlines()
    return "\n".join(line.lstrip() for line in lines) + "\n"
