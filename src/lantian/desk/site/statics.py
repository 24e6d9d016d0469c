"""Statics under names that carry their hash, so that a browser may keep them for ever."""

from functools import cached_property

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatics(CompressedManifestStaticFilesStorage):
    """Hashed names, in the imports between our modules too."""

    support_js_module_import_aggregation = True

    @cached_property
    def _addresses(self) -> dict[str | None, str]:
        return {}

    def url(self, name: str | None, force: bool = False) -> str:  # noqa: FBT001, FBT002
        """Address of a file; every page asks for the same two dozen."""
        if force:
            return str(super().url(name, force))
        if name not in self._addresses:
            self._addresses[name] = str(super().url(name))
        return self._addresses[name]
