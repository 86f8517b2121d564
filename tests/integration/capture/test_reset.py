"""A reset is final, whatever the task it is taken from still does."""

from tests.vocabulary.capture import Bench, eventually

from tallystick.capture.adapters.registry import Registry

TOPIC = "p.public.person"


def test_a_task_that_runs_on_overwrites_no_reset(bench: Bench) -> None:
    bench.execute("CREATE TABLE person (id serial PRIMARY KEY)")
    service = bench.capture.service
    service.create("c", bench.configuration())
    # A worker that looks once, and then no more: its task is not told that it is to stop.
    worker = bench.capture.worker
    worker.tick(Registry(bench.platform.store).connectors())
    try:
        bench.snapshot(TOPIC)
        eventually(lambda: bench.value("SELECT count(*) FROM pg_stat_replication"), bool)
        service.aim("c", "STOPPED")
        service.reset_offset("c")
        bench.execute("INSERT INTO person DEFAULT VALUES")
        eventually(lambda: bench.value("SELECT count(*) FROM pg_stat_replication"), lambda streams: streams == 0)
    finally:
        worker.tick([])
    assert service.offset("c") is None
    assert bench.end(TOPIC) == 0
    service.aim("c", "RUNNING")
    with bench.working():
        assert bench.snapshot(TOPIC, generation=2).end_offset == 1
