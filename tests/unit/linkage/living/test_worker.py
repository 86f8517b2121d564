import threading
from pathlib import Path

from tests.vocabulary.living import LINKAGE, Unit, bits, change

from tallystick.linkage.adapters.living_store import LivingStore
from tallystick.linkage.domain.living.linkages import Linkage
from tallystick.linkage.living.linker import Linker
from tallystick.linkage.living.worker import LinkerWorker


def prepared(directory: Path) -> Unit:
    unit = Unit.at(directory).founded()
    unit.send("north", "n1", change("ann", bits(1, 2, 3)))
    unit.send("south", "s1", change("anne", bits(1, 2, 3)))
    unit.complete()
    return unit


def test_a_worker_links_until_it_is_stopped(tmp_path: Path) -> None:
    unit, stop = prepared(tmp_path), threading.Event()
    worker = LinkerWorker(LivingStore(unit.store), lambda _: unit.linker(), tmp_path / "linkage", poll_s=0.001)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    while not unit.matches():
        stop.wait(0.01)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_failed_linkage_is_taken_up_again_after_a_pause(tmp_path: Path) -> None:
    unit, attempts = prepared(tmp_path), []

    def start(linkage: Linkage) -> Linker:
        attempts.append(linkage.id)
        if len(attempts) == 1:
            raise OSError("no space left on device")
        return unit.linker()

    worker = LinkerWorker(LivingStore(unit.store), start, tmp_path / "linkage")
    assert worker.step() is False
    assert worker.step() is False
    assert attempts == [LINKAGE]
    while not worker.step():
        pass
    assert attempts == [LINKAGE, LINKAGE]
    assert unit.matches()
