"""Static files under names that carry a hash of what is in them."""

from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# the best, 11, takes ten times as long for a few per cent, at the first start of a checkout
BROTLI_QUALITY = 7


class QuickCompressor(Compressor):  # type: ignore[misc]  # whitenoise is untyped
    """Spends a second on all files, not half a minute."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=BROTLI_QUALITY))


class HashedStaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also rewrites ``import`` inside modules.

    Without it a browser mixes modules from before and after an upgrade.
    """

    support_js_module_import_aggregation = True

    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)
