"""Run a command that cannot outlive its parent: `python lifeline.py PARENT-PID COMMAND [ARGUMENT ...]`.

The kernel is asked to kill this process when its parent dies; the request survives the exec of the command.
Run as a script it needs nothing but the standard library, so that it costs a few milliseconds.
"""

import ctypes
import os
import signal
import sys

__all__ = ["die_with_parent"]

PR_SET_PDEATHSIG = 1
COMMAND_NOT_RUN = 127


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process with its parent; exit at once if the parent is already gone.

    The kernel watches the *thread* that started this process: start children from a thread that lives as long.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os._exit(COMMAND_NOT_RUN)


def _main(parent: str, *command: str) -> None:
    die_with_parent(int(parent))
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # ignored by Python itself, which an exec would hand on
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 - the command is the caller's, given as a list
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.exit(COMMAND_NOT_RUN)


if __name__ == "__main__":
    _main(*sys.argv[1:])
