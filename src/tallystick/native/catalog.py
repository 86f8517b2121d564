"""Archives read in a sandbox, compiled.

`catalog_enter_sandbox` takes every right away from this process but to read and write what is open already; it holds
until the process ends. `catalog_answer` scans the archive behind one descriptor and writes frames to another, and
closes both. `NativeError` when the sandbox cannot be had, or nobody reads the answer; a damaged archive is an answer.
"""

from tallystick.native._core import catalog_answer, catalog_enter_sandbox

__all__ = ["catalog_answer", "catalog_enter_sandbox"]
