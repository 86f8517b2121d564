from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from tallystick.platform.settings import (
    MissingSetting,
    Secret,
    Section,
    SettingsError,
    UnknownSetting,
    WrongSetting,
    about,
    load,
)


class Door(Section, frozen=True, kw_only=True):
    listen: Annotated[str, about("Address.")] = "127.0.0.1:8443"
    workers: Annotated[int, about("Threads.", ge=1, le=64)] = 1
    password: Annotated[Secret, about("Password.")] = Secret("")


class Table(Section, frozen=True, kw_only=True):
    topic: Annotated[str, about("Topic.")]
    key: Annotated[Secret, about("Key.")] = Secret("")


class Organisation(Section, frozen=True, kw_only=True):
    name: Annotated[str, about("Name.")]
    data_dir: Annotated[Path, about("Directory.")] = Path("data")
    door: Annotated[Door, about("Door.")] = Door()
    tables: Annotated[dict[str, Table], about("Tables.")] = msgspec.field(default_factory=dict)


def written(directory: Path, text: str) -> Path:
    file = directory / "tally.toml"
    file.write_text(text)
    return file


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "north"\n[door]\nworkers = 2\n')
    loaded = load(Organisation, file=file, environ={"TALLYSTICK_DOOR__WORKERS": "3"})
    assert loaded.settings.door.workers == 3


def test_each_value_says_where_it_came_from(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "north"\n')
    effective = load(Organisation, file=file, environ={"TALLYSTICK_DOOR__WORKERS": "3"}).effective()
    assert {e.name: e.origin for e in effective} == {
        "name": str(file),
        "data_dir": "default",
        "door.listen": "default",
        "door.workers": "environment variable TALLYSTICK_DOOR__WORKERS",
        "door.password": "default",
        "tables": "default",
    }


def test_a_misspelt_key_is_named_with_its_neighbour(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "north"\n[door]\nlisen = ""\n')
    with pytest.raises(UnknownSetting, match=r"door\.lisen: no such setting; did you mean 'listen'\? .*tally.toml"):
        load(Organisation, file=file, environ={})


def test_a_misspelt_variable_is_named() -> None:
    with pytest.raises(UnknownSetting, match="TALLYSTICK_DOOR__LISEN"):
        load(Organisation, environ={"TALLYSTICK_DOOR__LISEN": "x"})


@pytest.mark.parametrize(
    ("line", "told"), [("workers = 0", r"door\.workers.*>= 1"), ('workers = "x"', r"door\.workers")]
)
def test_a_wrong_value_is_named(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(WrongSetting, match=told):
        load(Organisation, file=written(tmp_path, f'name = "n"\n[door]\n{line}\n'), environ={})


def test_a_missing_value_is_named() -> None:
    with pytest.raises(MissingSetting, match="name"):
        load(Organisation, environ={})


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"tally\.toml"):
        load(Organisation, file=written(tmp_path, "name = "), environ={})


def test_a_secret_comes_from_a_file_and_never_prints(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    file = written(tmp_path, f'name = "n"\n[door]\npassword_file = "{tmp_path}/password"\n')
    loaded = load(Organisation, file=file, environ={})
    assert loaded.settings.door.password.reveal() == "hunter2"
    assert "hunter2" not in repr(loaded.settings) + str(loaded.effective())


@pytest.mark.parametrize("secret", ["[1]", '{"a": 1}'])
def test_a_secret_that_looks_like_json_stays_as_it_is(tmp_path: Path, secret: str) -> None:
    file = written(tmp_path, f"name = 'n'\n[door]\npassword = '{secret}'\n")
    assert load(Organisation, file=file, environ={}).settings.door.password.reveal() == secret
    environ = {"TALLYSTICK_DOOR__PASSWORD": secret}
    assert load(Organisation, file=file, environ=environ).settings.door.password.reveal() == secret


def test_a_secret_that_is_a_table_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "n"\n[door]\npassword = ["hunter2"]\n')
    with pytest.raises(WrongSetting, match=r"door\.password: expected text") as found:
        load(Organisation, file=file, environ={})
    assert "hunter2" not in str(found.value)


def test_a_secret_s_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(b"\xff\xfe\x00")
    file = written(tmp_path, 'name = "n"\n[door]\npassword_file = "password"\n')
    with pytest.raises(WrongSetting, match=r"door\.password_file: password: it is not a file of text"):
        load(Organisation, file=file, environ={})


def test_a_value_in_the_place_of_a_table_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "n"\ndoor = "x"\n')
    with pytest.raises(WrongSetting, match=r"door: expected a table of settings .*tally\.toml"):
        load(Organisation, file=file, environ={"TALLYSTICK_DOOR__LISTEN": "x"})


def test_a_table_of_sections_is_checked_too(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "n"\n[tables.people]\ntopic = "t"\n')
    assert load(Organisation, file=file, environ={}).settings.tables["people"].topic == "t"
    with pytest.raises(UnknownSetting, match=r"topik"):
        load(Organisation, file=written(tmp_path, 'name = "n"\n[tables.people]\ntopik = "t"\n'), environ={})


def test_a_withheld_secret_is_not_even_read(tmp_path: Path) -> None:
    file = written(tmp_path, 'name = "n"\n[door]\npassword_file = "not/there"\nworkers = 2\n')
    settings = load(Organisation, file=file, environ={}, withheld={"door.password"}).settings
    assert not settings.door.password
    assert settings.door.workers == 2
