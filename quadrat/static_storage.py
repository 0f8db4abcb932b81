"""Static files under names that carry a hash of what is in them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites ``import`` inside modules.

    Without it a browser mixes modules from before and after an upgrade.
    """

    support_js_module_import_aggregation = True
