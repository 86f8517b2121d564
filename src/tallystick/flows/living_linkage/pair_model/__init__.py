"""The model that judges pairs in the grey zone, and the report of its training; `make model` makes both again.

Input `features`, FP32 of shape [pairs, len(FEATURES)], as `tallystick.linkage` describes pairs to a judge; output
`probability`, FP32 of shape [pairs]: at least one half means one person.
"""

from pathlib import Path

__all__ = ["INPUT", "MODEL", "NAME", "OUTPUT", "REPORT"]

NAME = "pair"
INPUT, OUTPUT = "features", "probability"
MODEL = Path(__file__).with_name("pair.onnx")
REPORT = Path(__file__).with_name("report.json")
