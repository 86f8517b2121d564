"""What can go wrong with models, and whose fault it is.

::

    InferenceError
    ├── InvalidRequest       the caller's tensors do not fit; the text names the field (400)
    ├── RequestTooLarge      the body is beyond the limit (413)
    ├── UnknownCompression   the body's Content-Encoding is none that is read here (415)
    ├── ModelNotFound        no service, or no such version of it (404)
    ├── ModelNotReady        the service has no revision that could be loaded (503)
    ├── Overloaded           too many predictions wait; try again (503)
    ├── PredictionFailed     the model itself failed on an input that fits its signature (500)
    ├── ServerUnreachable    a client found no model server at its address
    ├── InvalidManifest      the InferenceService document is wrong; the text names the field
    ├── ContentsUnavailable  the object store does not answer; try again
    └── ModelRefused         the model's files are missing, broken or not trusted
"""

__all__ = [
    "ContentsUnavailable",
    "InferenceError",
    "InvalidManifest",
    "InvalidRequest",
    "ModelNotFound",
    "ModelNotReady",
    "ModelRefused",
    "Overloaded",
    "PredictionFailed",
    "RequestTooLarge",
    "ServerUnreachable",
    "UnknownCompression",
    "status_of",
]


class InferenceError(Exception):
    """Any failure of this capability."""


class InvalidRequest(InferenceError, ValueError):
    """The caller sent tensors that the model cannot take; the text names the field."""


class RequestTooLarge(InferenceError, ValueError):
    """The caller sent more than a request may hold."""


class UnknownCompression(InferenceError, ValueError):
    """The caller compressed the body in a way that is not read here."""


class ModelNotFound(InferenceError, LookupError):
    """No service has this name, or it does not serve this version."""


class ModelNotReady(InferenceError, RuntimeError):
    """The service exists, but none of its revisions could be loaded yet."""


class Overloaded(InferenceError, RuntimeError):
    """Too many predictions wait already; the caller should try again."""


class PredictionFailed(InferenceError, RuntimeError):
    """The model failed on tensors that fit its signature."""


class ServerUnreachable(InferenceError, ConnectionError):
    """No model server answers at the client's address."""


class InvalidManifest(InferenceError, ValueError):
    """The InferenceService document is wrong; the text names the field."""


class ContentsUnavailable(InferenceError, ConnectionError):
    """The object store does not answer; the same call may succeed later."""


class ModelRefused(InferenceError, ValueError):
    """The model's files are missing, broken or not trusted; the text says which and what to change."""


_STATUS: tuple[tuple[type[InferenceError], int], ...] = (
    (InvalidRequest, 400),
    (ModelNotFound, 404),
    (RequestTooLarge, 413),
    (UnknownCompression, 415),
    (ModelNotReady, 503),
    (Overloaded, 503),
    (InferenceError, 500),
)


def status_of(error: InferenceError) -> int:
    """Return the HTTP status of an error in an answer."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))
