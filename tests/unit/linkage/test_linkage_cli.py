"""The encoder for files."""

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tallystick.cli import main
from tallystick.native.linkage import ClkEncoder

SCHEMA = {
    "version": 3,
    "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}},
    "features": [
        {
            "identifier": "name",
            "format": {"type": "string", "minLength": 1},
            "hashing": {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 3}},
        }
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    (tmp_path / "secret").write_bytes(b"between us")
    (tmp_path / "people.csv").write_text("name\nAda\nGrace\n")
    return tmp_path


def encode(folder: Path, *more: str) -> Result:
    words = ["--schema", str(folder / "schema.json"), "--secret-file", str(folder / "secret"), *more]
    return CliRunner().invoke(main, ["linkage", "encode", str(folder / "people.csv"), *words])


def test_an_empty_secret_is_no_secret(folder: Path) -> None:
    (folder / "secret").write_bytes(b"")
    result = encode(folder, "--output", str(folder / "clks.json"))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {folder / 'secret'} is empty")
    assert not (folder / "clks.json").exists()


def test_encodings_are_written_as_the_references_file(folder: Path) -> None:
    target = folder / "clks.json"
    result = encode(folder, "--output", str(target))
    assert (result.exit_code, result.stderr) == (0, "2 records encoded\n")
    encoder = ClkEncoder(json.dumps(SCHEMA).encode(), b"between us")
    written = [base64.b64decode(clk) for clk in json.loads(target.read_text())["clks"]]
    assert b"".join(written) == encoder.encode([["Ada"], ["Grace"]])


def test_a_wrong_value_ends_with_its_place_and_no_file(folder: Path) -> None:
    (folder / "people.csv").write_text('name\nAda\n""\n')
    result = encode(folder, "--output", str(folder / "clks.json"))
    assert result.exit_code == 1
    assert 'row 1, feature "name": the value has 0 characters, at least 1 are required' in result.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["people.csv", "schema.json", "secret"]


def test_a_wrong_header_is_refused(folder: Path) -> None:
    (folder / "people.csv").write_text("surname\nAda\n")
    result = encode(folder)
    assert result.exit_code == 1
    assert "the header must be name" in result.stderr


def test_schemas_are_compared_by_what_they_say(folder: Path) -> None:
    other = folder / "other.json"
    other.write_text(json.dumps(dict(reversed(SCHEMA.items())), indent=4))
    schemas = (folder / "schema.json", other)
    hashes = [CliRunner().invoke(main, ["linkage", "hash-schema", str(path)]).stdout for path in schemas]
    assert hashes[0] == hashes[1]
    assert len(hashes[0].strip()) == 64


def test_a_byte_order_mark_is_no_part_of_the_header(folder: Path) -> None:
    (folder / "people.csv").write_text("\ufeffname\nAda\nGrace\n")
    assert encode(folder).stderr == "2 records encoded\n"


def test_another_character_set_is_named(folder: Path) -> None:
    (folder / "people.csv").write_bytes("name\nAndré\n".encode("latin-1"))
    assert f"Error: {folder / 'people.csv'}: it is not UTF-8" in encode(folder).stderr


def test_long_fields_are_read_and_endless_ones_named(folder: Path) -> None:
    (folder / "people.csv").write_text(f"name\n{'Ada' * 100_000}\n")
    assert encode(folder).stderr == "1 records encoded\n"
    (folder / "people.csv").write_text(f'name\n"{"Ada" * 1_000_000}\n')
    assert "Error: line 2: field larger than field limit" in encode(folder).stderr


def test_a_schema_without_end_is_named(folder: Path) -> None:
    deep = folder / "deep.json"
    deep.write_text("[" * 100_000)
    result = CliRunner().invoke(main, ["linkage", "hash-schema", str(deep)])
    assert (result.exit_code, result.stderr) == (1, "Error: the schema is nested too deeply\n")
