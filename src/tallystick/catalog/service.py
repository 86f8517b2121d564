"""What can be asked of the catalog."""

from tallystick.catalog.settings import CatalogSettings
from tallystick.platform.store import Store

__all__ = ["CatalogService"]


class CatalogService:
    """Contents, the sources they occur in, and where those lie."""

    def __init__(self, store: Store, settings: CatalogSettings) -> None:
        self._store = store
        self._settings = settings
