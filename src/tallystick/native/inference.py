"""Tensor codecs: JSON arrays and length-prefixed byte strings, to and from flat little-endian buffers."""

from tallystick.native._core import join_elements, render_tensor, scan_tensor, split_elements

__all__ = ["join_elements", "render_tensor", "scan_tensor", "split_elements"]
