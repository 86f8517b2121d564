"""Output files stay bounded, and the terminal sees whole lines."""

from pathlib import Path

from tallystick.platform.supervisor.logs import LONGEST_LINE, OutputLog


def test_output_is_appended(tmp_path: Path) -> None:
    log = OutputLog("api", tmp_path / "api.log")
    log.write(b"one\n")
    log.write(b"two\n")
    assert (tmp_path / "api.log").read_bytes() == b"one\ntwo\n"


def test_a_log_is_private(tmp_path: Path) -> None:
    OutputLog("api", tmp_path / "api.log").write(b"x")
    assert (tmp_path / "api.log").stat().st_mode & 0o777 == 0o600


def test_old_output_moves_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    log = OutputLog("api", tmp_path / "api.log", limit=10, keep=2)
    for number in range(5):
        log.write(b"line %d!!\n" % number)
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {"api.log": b"line 4!!\n", "api.log.1": b"line 3!!\n", "api.log.2": b"line 2!!\n"}


def test_the_terminal_sees_whole_lines(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []
    log = OutputLog("api", tmp_path / "api.log", echo=lambda name, line: seen.append((name, line)))
    log.write(b"he")
    log.write(b"llo\nwor")
    assert seen == [("api", "hello")]


def test_an_endless_line_is_cut(tmp_path: Path) -> None:
    seen: list[str] = []
    log = OutputLog("api", tmp_path / "api.log", echo=lambda _, line: seen.append(line))
    for _ in range(5):
        log.write(b"x" * (LONGEST_LINE // 2))
    assert sum(map(len, seen)) >= LONGEST_LINE


def test_a_vanished_directory_does_not_raise(tmp_path: Path) -> None:
    OutputLog("api", tmp_path / "gone" / "api.log").write(b"x")
