"""Statics under names that carry their hash, so that a browser may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatics(CompressedManifestStaticFilesStorage):
    """Hashed names, in the imports between our modules too."""

    support_js_module_import_aggregation = True
