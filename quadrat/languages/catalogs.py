"""The translations: brought up to date with the code, searched for gaps, compiled."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from quadrat.env import BASE_DIR

FOLDER = BASE_DIR / "locale"
LINE_LENGTH = 100

logger = logging.getLogger(__name__)


def locales() -> list[str]:
    """The locales that are translated into, as their folders are called.

    >>> locales()
    ['es', 'zh_Hant']
    """
    return sorted(path.parent.parent.name for path in _files(FOLDER))


def read(locale: str) -> Catalog:
    """The translations into a locale."""
    with _file(locale).open("rb") as file:
        return read_po(file, locale=locale, domain="django")


def update(locale: str, messages: Catalog) -> None:
    """Take in new messages, untranslated, and drop what the code no longer says."""
    catalog = read(locale)
    catalog.update(messages, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    # no names or addresses: the history of the file knows who wrote it
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = "Quadrat"
    with _file(locale).open("wb") as file:
        write_po(file, catalog, width=LINE_LENGTH, include_lineno=False)


def missing(catalog: Catalog, messages: Catalog) -> list[str]:
    """The English of what is not, or not wholly, translated; a plural by its singular."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in messages
        if message.id and not _is_translated(catalog.get(message.id, message.context), catalog)
    ]


def compile_stale(folder: Path = FOLDER) -> None:
    """Compile what has not been compiled since it was last changed; Django reads nothing else.

    Several processes may do it at once: each file appears whole.
    """
    for source in _files(folder):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, domain="django")
        try:
            write_compiled(catalog, compiled)
        except OSError as error:
            # a site whose code lies on a read-only disk still runs, in English
            logger.warning("Translations into %s are missing: %s", source.parts[-3], error)


def write_compiled(catalog: Catalog, path: Path) -> None:
    """Write a catalog in the form that Django reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        write_mo(file, catalog)
    draft.replace(path)


def _is_translated(message: Message | None, catalog: Catalog) -> bool:
    if message is None or message.fuzzy:
        return False
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    n_wanted = catalog.num_plurals if message.pluralizable else 1
    return len(strings) == n_wanted and all(strings)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/LC_MESSAGES/django.po"))


def _file(locale: str) -> Path:
    return FOLDER / locale / "LC_MESSAGES" / "django.po"
