"""What a process tells its operator: log lines and metrics.

`configure` sets the form of the lines once a process; `logger` gives a structlog logger to anybody. Secrets are masked
on the way out. `metrics` counts; a process publishes its figures as a file, and one endpoint shows every process.
"""

from tallystick.platform.telemetry import metrics
from tallystick.platform.telemetry.logs import bound, configure, logger
from tallystick.platform.telemetry.publication import Publication, exposition, forget_killed
from tallystick.platform.telemetry.redaction import MASK, redact

__all__ = ["MASK", "Publication", "bound", "configure", "exposition", "forget_killed", "logger", "metrics", "redact"]
