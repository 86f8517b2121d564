"""What every executor does alike."""

import time
from collections.abc import Iterator

import pytest
from tests.vocabulary.processes import eventually, quickest
from tests.vocabulary.tasks import tasks, unbuildable

from tallystick.platform.jobs import Execution, Executor, Outcome, ProcessPool, Threads
from tallystick.platform.jobs.executor import Assignment, Died, Failed, Progress, Stopped, Succeeded


@pytest.fixture(scope="module", params=[ProcessPool, Threads])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    opened: Executor = request.param(tasks, slots=2)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPool]:
    opened = ProcessPool(tasks, slots=2)
    yield opened
    opened.close()


def start(executor: Executor, kind: str, payload: bytes = b"") -> Execution:
    return executor.start(Assignment("job", kind, epoch=1, attempt=1, payload=payload))


def ending(executor: Executor, execution: Execution) -> Outcome:
    def ended() -> bool:
        executor.wait(0.1)
        return execution.outcome() is not None

    eventually(ended, within_s=60)
    outcome = execution.outcome()
    assert outcome is not None
    return outcome


def outcome(executor: Executor, kind: str, payload: bytes = b"") -> Outcome:
    return ending(executor, start(executor, kind, payload))


def test_a_result_comes_back(executor: Executor) -> None:
    assert outcome(executor, "echo", b"tally") == Succeeded(b"tally")


def test_a_large_payload_comes_back(executor: Executor) -> None:
    assert outcome(executor, "echo", bytes(3_000_000)) == Succeeded(bytes(3_000_000))


def test_tasks_run_at_once(executor: Executor) -> None:
    first, second = start(executor, "sleep", b"600"), start(executor, "echo")
    assert ending(executor, second) == Succeeded(b"")
    assert first.outcome() is None
    first.stop()
    assert ending(executor, first) == Stopped()


def test_a_task_that_raises_has_failed(executor: Executor) -> None:
    assert outcome(executor, "fail", b"no such table") == Failed("ValueError: no such table")


def test_a_task_may_fail_for_good(executor: Executor) -> None:
    assert outcome(executor, "fail for good", b"bad schema") == Failed("bad schema", for_good=True)


@pytest.mark.parametrize(("raised", "kept"), [(b"\xff", r"\udcff"), (b"a\0b", r"a\x00b"), ("ä".encode(), "ä")])
def test_what_a_task_raises_is_text_that_can_be_kept(executor: Executor, raised: bytes, kept: str) -> None:
    assert outcome(executor, "fail", raised) == Failed(f"ValueError: {kept}")
    assert outcome(executor, "fail for good", raised) == Failed(kept, for_good=True)


def test_an_unknown_task_fails_for_good(executor: Executor) -> None:
    assert outcome(executor, "juggle") == Failed("this worker knows no task 'juggle'", for_good=True)


def test_a_result_that_is_not_bytes_is_refused(executor: Executor) -> None:
    assert outcome(executor, "text", b"x") == Failed("task 'text' returned str, not bytes", for_good=True)


def test_a_result_that_is_too_large_is_refused(executor: Executor) -> None:
    ended = outcome(executor, "large", b"16777217")
    assert isinstance(ended, Failed)
    assert "store them as an object" in ended.error


def test_progress_is_seen(executor: Executor) -> None:
    execution = start(executor, "count", b"100")
    seen = eventually(execution.progress, within_s=60)
    assert (seen.total, seen.unit) == (100, "steps")
    assert ending(executor, execution) == Succeeded(b"100")
    assert execution.progress() == Progress(100, 100, "steps")


def test_a_task_stops_soon_after_it_is_asked(executor: Executor) -> None:
    def stopping() -> float:
        execution = start(executor, "sleep", b"600")
        time.sleep(0.05)
        began = time.monotonic()
        execution.stop()
        assert ending(executor, execution) == Stopped()
        return time.monotonic() - began

    assert quickest(5, stopping) < 0.1


def test_a_stop_does_not_reach_the_next_task(executor: Executor) -> None:
    execution = start(executor, "sleep", b"600")
    execution.stop()
    assert ending(executor, execution) == Stopped()
    execution.stop()
    assert outcome(executor, "sleep", b"0.05") == Succeeded(b"slept")


def test_a_killed_task_is_given_up(executor: Executor) -> None:
    execution = start(executor, "stubborn", b"0.5")
    execution.kill()
    assert isinstance(execution.outcome(), Died)
    assert outcome(executor, "echo", b"next") == Succeeded(b"next")


def test_a_task_that_ended_cannot_be_killed(executor: Executor) -> None:
    execution = start(executor, "echo")
    ended = ending(executor, execution)
    execution.kill()
    assert execution.outcome() == ended


def test_waiting_ends_soon_after_news(executor: Executor) -> None:
    outcome(executor, "echo")
    execution = start(executor, "sleep", b"0.05")
    began = time.monotonic()
    while execution.outcome() is None:
        executor.wait(30)
    assert time.monotonic() - began < 2


def test_a_process_is_used_again(pool: ProcessPool) -> None:
    assert outcome(pool, "whoami") == outcome(pool, "whoami")


def test_a_process_that_vanishes_is_noticed_and_replaced(pool: ProcessPool) -> None:
    assert outcome(pool, "vanish", b"7") == Died("the task's process ended by itself with exit code 7")
    assert outcome(pool, "echo", b"next") == Succeeded(b"next")


def test_tasks_that_cannot_be_built_fail_with_the_reason() -> None:
    pool = ProcessPool(unbuildable)
    try:
        assert outcome(pool, "echo") == Failed("the tasks cannot be built: ValueError: no database")
    finally:
        pool.close()
