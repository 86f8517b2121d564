"""A real Kafka broker for tests: one KRaft node on loopback, its jars fetched once by Maven."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from confluent_kafka.admin import AdminClient

__all__ = ["empty", "running"]

POM: Final = Path(__file__).parents[1] / "kafka" / "pom.xml"
COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tallystick" / "kafka-4.3.0"
CLUSTER: Final = "MkU3OEVBNTcwNTJENDM2Qk"
PROPERTIES: Final = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={directory}/logs
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
"""


@contextmanager
def running(directory: Path) -> Iterator[str]:
    """Run a broker on the data in `directory`; give its address."""
    jars = _jars()
    broker, controller = _free_port(), _free_port()
    settings = directory / "server.properties"
    settings.write_text(PROPERTIES.format(broker=broker, controller=controller, directory=directory))
    java = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*"]
    with (directory / "output").open("w") as output:
        _run([*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(settings)], output.fileno())
        server = subprocess.Popen([*java, "kafka.Kafka", str(settings)], stdout=output, stderr=output)
        try:
            _wait_for(broker, server, directory / "output")
            yield f"127.0.0.1:{broker}"
        finally:
            server.kill()
            server.wait()


def empty(servers: str) -> None:
    """Remove every topic, and wait until it is gone."""
    admin = AdminClient({"bootstrap.servers": servers})
    while names := [name for name in admin.list_topics(timeout=10).topics if not name.startswith("__")]:
        for removal in admin.delete_topics(names).values():
            removal.exception(10)


def _jars() -> Path:
    jars = CACHE / "lib"
    if not (CACHE / "complete").exists():
        _run(["mvn", "-q", "-B", "-f", str(POM), COPY, f"-DoutputDirectory={jars}", "-DincludeScope=runtime"], None)
        (CACHE / "complete").touch()
    return jars


def _run(command: list[str], output: int | None) -> None:
    subprocess.run(command, check=True, stdout=output, stderr=output, timeout=600)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes], output: Path) -> None:
    ends = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < ends:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the broker does not start:\n{output.read_text()[-4_000:]}")
