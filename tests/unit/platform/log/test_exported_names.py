"""What other packages may rely on."""

from tallystick.platform import log


def test_the_log_exports_these_names() -> None:
    assert sorted(log.__all__) == [
        "CorruptBatchError",
        "Headers",
        "InvalidOffsetError",
        "InvalidTopicError",
        "Log",
        "LogError",
        "LogSettings",
        "LogUnreachableError",
        "PartitionInfo",
        "Record",
        "ReplacedError",
        "StoreLog",
        "StoredRecord",
        "TopicInfo",
        "UNKNOWN_OFFSET",
        "UnknownTopicError",
        "follow",
        "open_log",
    ]
