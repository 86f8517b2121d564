"""What other packages may rely on."""

from tallystick.platform import store


def test_the_store_exports_these_names() -> None:
    assert sorted(store.__all__) == [
        "Branch",
        "Connection",
        "NestedWriteError",
        "Store",
        "StoreBusyError",
        "StoreDiskError",
        "StoreError",
        "StoreUnreachableError",
        "StoreVersionError",
        "every_branch",
        "upsert",
    ]
