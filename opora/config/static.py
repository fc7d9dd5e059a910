from functools import cached_property

from django.contrib.staticfiles.storage import StaticFilesStorage

from opora.config import frontend


class VersionedStorage(StaticFilesStorage):
    """Addresses of static files carry the version of the build: browsers keep a file until there is another."""

    @cached_property
    def version(self) -> str:
        return frontend.version()

    def url(self, name: str | None) -> str:
        address = super().url(name)
        return f"{address}?v={self.version}" if self.version else address
