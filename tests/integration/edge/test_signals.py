import signal
import subprocess
import sys
import time

PROGRAM = """
from tallystick.edge.adapters.signals import Signals
signals = Signals()
print("ready", flush=True)
signals.run(lambda: None)
"""


def test_a_signal_may_come_at_any_moment() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        began = time.monotonic()
        while time.monotonic() - began < 2:
            process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        try:
            assert process.wait(5) == 0
        finally:
            process.kill()
