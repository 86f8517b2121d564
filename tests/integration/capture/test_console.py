"""The console shows each connector, without its secrets."""

from starlette.testclient import TestClient
from tests.vocabulary.capture import Bench

from tallystick.platform.auth import Logins
from tallystick.platform.http import EVERYONE, application
from tallystick.platform.web import console


def shown(bench: Bench) -> str:
    pages = console("North", bench.capture.pages, Logins(bench.platform.store))
    return TestClient(application("North", [pages], auth=EVERYONE)).get("/capture").text


def test_no_connector_yet(bench: Bench) -> None:
    assert "No connector yet" in shown(bench)


def test_a_running_and_a_failed_connector(bench: Bench) -> None:
    bench.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE TABLE loose (n int)")
    hidden = {"database__password": "distinctive-secret"}
    bench.capture.service.create("good", bench.configuration(table__include__list="public.t", **hidden))
    own = {"slot__name": "bad_" + bench.configuration()["slot.name"], "publication__name": "bad"}
    bench.capture.service.create("bad", bench.configuration(**own))
    with bench.working():
        bench.snapshot("p.public.t")
        bench.task_fails("bad")
        page = shown(bench)
    assert "p.public.t" in page
    assert "replica.identity.autoset.values" in page
    assert "distinctive-secret" not in page
