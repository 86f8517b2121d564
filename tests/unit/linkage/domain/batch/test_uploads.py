"""The shapes of an upload."""

import pytest

from tallystick.linkage.domain.batch.uploads import UploadError, check_records, is_upload, read_upload

ONE, TWO = "AAECAwQFBgc=", "CAkKCwwNDg8="


@pytest.mark.parametrize(
    "body",
    [
        {"clks": [ONE]},
        {"clknblocks": [[ONE, "a", 2]]},
        {"encodings": [ONE]},
        {"encodings": [ONE], "blocks": {"0": ["a"]}},
    ],
)
def test_shapes(body: object) -> None:
    assert is_upload(body)


@pytest.mark.parametrize(
    "body", [None, [], {}, {"clks": ONE}, {"clks": [1]}, {"clknblocks": [[ONE, True]]}, {"clks": [], "clknblocks": []}]
)
def test_other_bodies_are_no_uploads(body: object) -> None:
    assert not is_upload(body)


def test_every_shape_reads_alike() -> None:
    rows = read_upload({"clknblocks": [[ONE, "a", 2], [TWO]]})
    columns = read_upload({"encodings": [ONE, TWO], "blocks": {"1": [], "0": ["a", "2"]}})
    assert rows == columns
    assert (rows.count, rows.size, rows.encodings) == (2, 8, bytes(range(16)))
    assert rows.blocks == [["a", "2"], []]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"clknblocks": [[ONE], []]}, r"clknblocks\[1\] has no encoding"),
        ({"encodings": [ONE], "blocks": {"1": []}}, r"blocks\['1'\] is not the index of one of 1 encodings"),
        ({"encodings": [ONE, TWO], "blocks": {"1": []}}, "blocks has no entry for encoding 0"),
    ],
)
def test_records_and_blocks_must_fit(body: dict[str, object], problem: str) -> None:
    with pytest.raises(UploadError, match=problem):
        check_records(body)


@pytest.mark.parametrize("wrong", ["AAECAwQFBgc", "AAEC!!!AwQFBgc="])
def test_base64_is_read_strictly(wrong: str) -> None:
    with pytest.raises(UploadError, match="encoding 1 is not base64"):
        read_upload({"clks": [ONE, wrong]})


def test_one_upload_has_one_size() -> None:
    with pytest.raises(UploadError, match="Mismatch in encoding sizes"):
        read_upload({"clks": [ONE, "AAECAwQFBgcICQoLDA0ODw=="]})
