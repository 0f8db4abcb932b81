"""Static files under names that carry a hash of what is in them; our own modules put together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import brotli
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile, File
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from quadrat.modules import Modules

# the best, 11, takes ten times as long for a few per cent, at the first start of a checkout
BROTLI_QUALITY = 7
BEST_QUALITY = 11
# bytes; our own files are all smaller, and cost next to nothing
SMALL = 100_000


class QuickCompressor(Compressor):  # type: ignore[misc]  # whitenoise is untyped
    """Spends a second on all files, not half a minute."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        quality = BEST_QUALITY if len(data) < SMALL else BROTLI_QUALITY
        return bytes(brotli.compress(data, quality=quality))


def is_own_module(name: str) -> bool:
    """Whether a static file is one of our modules, not one that a package brings."""
    return name.startswith("quadrat/") and name.endswith(".js")


def own_modules() -> Modules:
    """All our modules as they are in the source now."""
    names = {
        name
        for finder in finders.get_finders()
        for name, _ in finder.list([])
        if is_own_module(name)
    }
    return Modules(names, lambda name: Path(str(finders.find(name))).read_text())


def module_files(name: str) -> list[str]:
    """The files that a browser fetches for a module of ours: one, or all that it imports."""
    if isinstance(staticfiles_storage, HashedStaticStorage):
        return [name]
    return own_modules().needed_by(name)


class HashedStaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Puts our own modules together and rewrites ``import()`` inside them.

    Without the latter a browser mixes modules from before and after an upgrade.
    """

    support_js_module_import_aggregation = True

    @cached_property
    def modules(self) -> Modules:
        return own_modules()

    def save(self, name: str, content: File[bytes], max_length: int | None = None) -> str:
        if is_own_module(name):
            content = ContentFile(self.modules.put_together(name).encode())
        return str(super().save(name, content, max_length))

    def post_process(
        self, paths: dict[str, Any], *args: Any, **options: Any
    ) -> Iterator[tuple[str, str | None, Any]]:
        """Hash our modules as they were saved here, not as they are in the source."""
        saved = {
            name: (self, name) if is_own_module(name) else found for name, found in paths.items()
        }
        yield from super().post_process(saved, *args, **options)

    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)
