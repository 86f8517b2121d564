"""Which engine loads a revision, by its format and its file's suffix."""

from collections.abc import Callable
from pathlib import PurePath

from tallystick.inference.domain.model import Model
from tallystick.inference.domain.revision import ModelFile, Revision
from tallystick.inference.errors import ModelRefused

__all__ = ["SUFFIXES", "load", "model_file"]

_PICKLES = (".joblib", ".pkl", ".pickle")

SUFFIXES = {"onnx": (".onnx",), "sklearn": (".skops", *_PICKLES)}
"""The files that each format is read from."""


def model_file(revision: Revision) -> ModelFile:
    """Return the one file that the revision is loaded from, or raise `ModelRefused`: none, several, or not trusted."""
    suffixes = SUFFIXES[revision.format]
    found = [file for file in revision.files if PurePath(file.name).suffix in suffixes]
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise ModelRefused(f"expected exactly one {' or '.join(suffixes)} file, found {names}")
    file = found[0]
    if PurePath(file.name).suffix in _PICKLES and file.sha256 not in revision.pickles:
        raise ModelRefused(
            f"{file.name} is a pickle: it runs code when it is loaded, and this one is not trusted;"
            f" save the model with skops, or trust it with --trust-pickle {file.sha256}"
        )
    return file


def load(revision: Revision, read: Callable[[ModelFile], bytes], *, threads: int) -> Model:
    """Load a revision; `read` gives a file's content."""
    # Engines take up to a second to import, and no process but a model server needs one.
    file = model_file(revision)
    content = read(file)
    if revision.format == "onnx":
        from tallystick.inference.adapters.onnx_model import OnnxModel

        return OnnxModel(content, threads=threads)
    from tallystick.inference.adapters.sklearn_model import load_pickle, load_skops

    if file.name.endswith(".skops"):
        return load_skops(content)
    return load_pickle(content)
