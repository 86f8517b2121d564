"""The console's page about models."""

from collections.abc import Mapping
from typing import Any, Final

from tallystick.inference.service import ModelService
from tallystick.platform.http import Request
from tallystick.platform.web import Glance, Page

__all__ = ["model_glance", "model_pages"]

TONES: Final[Mapping[str, str]] = {"ready": "good", "pending": "busy", "failed": "warn"}


def model_pages(service: ModelService) -> tuple[Page, ...]:
    """Declare the page."""

    def models(_: Request[Any]) -> Mapping[str, object]:
        return {"services": service.services(), "tones": TONES}

    return (Page("/models", "Models", "inference/models.html", models, label="Models", section="Inference"),)


def model_glance(service: ModelService) -> Glance:
    """Show each model in a line."""
    return Glance("inference/glance.html", lambda _: {"services": service.services(), "tones": TONES}, place="beside")
