import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.vocabulary.doors import Telling, unix_backend

from tallystick.edge.authority import Authority
from tallystick.edge.client import Door, DoorClient

TALLY = [sys.executable, "-c", "from tallystick.cli import main; main()", "edge"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen([*TALLY, *arguments], stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        line = process.stderr.readline()
        assert "bud listening on [127.0.0.1]:" in line, line + process.stderr.read()
        yield process, f"127.0.0.1:{line.split(']:')[1].split()[0]}"
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def configuration(authority: Authority, backend: str, *names: str) -> dict[str, Any]:
    issued = authority.issue(names)
    front = {"host": "127.0.0.1", "port": free_port(), "cert": str(issued.certificate), "key": str(issued.key)}
    return {"frontend": front, "backend": [{"port": int(backend.rpartition(":")[2]), "x-forward": True}]}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def served(address: str, name: str, authority: Authority) -> bool:
    with DoorClient(Door(address, name, authority.certificate)) as client:
        return client.request("GET", "/").is_success


def test_a_file_is_served_reloaded_and_drained(authority: Authority, backend: Telling, tmp_path: Path) -> None:
    path = tmp_path / "bud.json"
    given = configuration(authority, backend.address, "old.test")
    path.write_text(json.dumps(given))
    with running("serve", "--config", str(path)) as (process, address):
        assert process.stderr
        assert f"...forwarding to: [127.0.0.1]:{backend.address.rpartition(':')[2]}" in process.stderr.readline()
        assert served(address, "old.test", authority)
        issued = authority.issue(["new.test"])
        given["frontend"] |= {"cert": str(issued.certificate), "key": str(issued.key)}
        path.write_text(json.dumps(given))
        process.send_signal(signal.SIGHUP)
        assert "reloaded" in process.stderr.readline()
        assert served(address, "new.test", authority)
        path.write_text("{")
        process.send_signal(signal.SIGHUP)
        assert "the old configuration stays" in process.stderr.readline()
        assert served(address, "new.test", authority)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.parametrize(("level", "told"), [("info", True), ("notice", True), ("warning", False), ("fatal", False)])
def test_the_log_has_the_files_level(authority: Authority, backend: Telling, level: str, told: bool) -> None:
    given = configuration(authority, backend.address, "n.test") | {"log": {"level": level}}
    with running("serve", "-i", json.dumps(given)) as (process, address):
        host, _, port = address.rpartition(":")
        with socket.create_connection((host, int(port))) as stranger:
            stranger.sendall(b"no hello\r\n")
            assert stranger.recv(1) == b""
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        assert process.stderr
        assert ("hello_refused" in process.stderr.read()) is told


def catches(process: subprocess.Popen[str], number: signal.Signals) -> bool:
    fields = dict(line.split(":\t", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
    return bool(int(fields["SigCgt"], 16) & 1 << (number - 1))


def test_a_reload_that_is_asked_for_too_early_is_done_once_the_doors_are_open(
    authority: Authority, backend: Telling
) -> None:
    given = json.dumps(configuration(authority, backend.address, "n.test"))
    serve, pipe = [*TALLY, "serve", "-c", "-"], subprocess.PIPE
    with subprocess.Popen(serve, stdin=pipe, stderr=pipe, text=True) as process:
        assert process.stdin
        assert process.stderr
        deadline = time.monotonic() + 20
        while not catches(process, signal.SIGHUP):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGHUP)
        process.stdin.write(given)
        process.stdin.close()
        told = [process.stderr.readline() for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert "bud listening on" in told[0]
    assert "reloaded" in told[2]


def test_a_check_says_what_is_wrong_and_where() -> None:
    inline = json.dumps({"backend": [{"port": "http"}]})
    check = subprocess.run([*TALLY, "check", "-i", inline], capture_output=True, text=True, check=False)
    assert check.returncode == 255
    assert "backend[0].port: Expected `int`, got `str`" in check.stderr


def test_a_configuration_may_come_by_standard_input(authority: Authority, backend: Telling) -> None:
    given = json.dumps(configuration(authority, backend.address, "n.test"))
    check = subprocess.run([*TALLY, "check", "-c", "-"], input=given, capture_output=True, text=True, check=True)
    assert "configuration is good" in check.stdout


@pytest.mark.parametrize("option", ["-d", "--default-config", "--piped-config"])
def test_options_that_are_not_offered_are_named(option: str) -> None:
    ended = subprocess.run([*TALLY, "serve", option], capture_output=True, text=True, check=False)
    assert (ended.returncode, f"No such option '{option}'" in ended.stderr) == (2, True)


def test_a_check_names_what_is_good(authority: Authority, backend: Telling) -> None:
    given = json.dumps(configuration(authority, backend.address, "n.test") | {"bogus": 1})
    check = subprocess.run([*TALLY, "check", "-i", given], capture_output=True, text=True, check=True)
    assert "configuration is good" in check.stdout
    assert "bogus: unknown key, ignored" in check.stderr


@pytest.mark.parametrize("place", ["frontend", "contexts[0]"])
def test_a_key_of_another_certificate_is_refused_by_its_place(
    authority: Authority, backend: Telling, place: str
) -> None:
    given = configuration(authority, backend.address, "n.test")
    other = {"key": configuration(authority, backend.address, "m.test")["frontend"]["key"]}
    if place == "frontend":
        given["frontend"] |= other
    else:
        given["contexts"] = [{"servername": "s.test", "cert": given["frontend"]["cert"], **other}]
    for command in ("check", "serve"):
        ended = subprocess.run([*TALLY, command, "-i", json.dumps(given)], capture_output=True, text=True, check=False)
        assert ended.returncode == 255
        assert f"{place}.credentials[0]: " in ended.stderr


def small_key(folder: Path) -> dict[str, str]:
    """Make a certificate with an RSA key that is too small to trust."""
    paths = {"key": str(folder / "small.key"), "cert": str(folder / "small.pem")}
    made = ["openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=n.test", "-days", "2"]
    subprocess.run([*made, "-keyout", paths["key"], "-out", paths["cert"]], check=True, capture_output=True)
    return paths


def test_a_small_rsa_key_is_refused(authority: Authority, backend: Telling, tmp_path: Path) -> None:
    given = configuration(authority, backend.address, "n.test")
    given["frontend"] |= small_key(tmp_path)
    ended = subprocess.run([*TALLY, "check", "-i", json.dumps(given)], capture_output=True, text=True, check=False)
    assert ended.returncode == 255
    assert "frontend.credentials[0]" in ended.stderr


def test_a_taken_address_ends_with_its_name(authority: Authority, backend: Telling) -> None:
    given = configuration(authority, backend.address, "n.test")
    given["frontend"]["port"] = int(backend.address.rpartition(":")[2])
    serve = subprocess.run([*TALLY, "serve", "-i", json.dumps(given)], capture_output=True, text=True, check=False)
    assert serve.returncode == 255
    assert f"cannot listen on {backend.address}: Address already in use" in serve.stderr


def test_root_is_given_up(authority: Authority, backend: Telling) -> None:
    given = configuration(authority, backend.address, "n.test") | {"user": "nobody"}
    if os.geteuid() != 0:
        serve = subprocess.run([*TALLY, "serve", "-i", json.dumps(given)], capture_output=True, text=True, check=False)
        assert (serve.returncode, "only root" in serve.stderr) == (255, True)
        return
    nobody = pwd.getpwnam("nobody")
    with running("serve", "-i", json.dumps(given)) as (process, address):
        assert served(address, "n.test", authority)
        for status in Path(f"/proc/{process.pid}/task").glob("*/status"):
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            assert set(fields["Uid"].split()) == {str(nobody.pw_uid)}
            assert "0" not in [*fields["Gid"].split(), *fields["Groups"].split()]


def test_an_unknown_user_is_named(authority: Authority, backend: Telling) -> None:
    given = configuration(authority, backend.address, "n.test") | {"user": "no-such-user"}
    serve = subprocess.run([*TALLY, "serve", "-i", json.dumps(given)], capture_output=True, text=True, check=False)
    assert serve.returncode == 255
    assert "user: Invalid user name supplied: no-such-user" in serve.stderr


def test_an_organisations_door_stands_before_its_api(tmp_path: Path) -> None:
    data_dir = tmp_path / "north"
    (data_dir / "run").mkdir(parents=True)
    settings = json.dumps({"listen": "127.0.0.1:0", "names": ["north.localhost"]})
    arguments = ["door", "--data-dir", str(data_dir), "--organisation", "North", "--settings", settings]
    with unix_backend(data_dir / "run" / "api.sock"), running(*arguments) as (_, address):
        door = Door(address, "north.localhost", data_dir / "tls" / "authority.pem")
        with DoorClient(door) as client:
            assert client.request("GET", "/").json()["path"] == "/"
        figures = data_dir / "run" / "metrics"
        deadline = time.monotonic() + 5
        while 'outcome="forwarded"} 1' not in "".join(path.read_text() for path in figures.glob("*.prom")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
