"""The console's page about models."""

from collections.abc import Mapping
from typing import Any, Final

from tallystick.inference.service import ModelService
from tallystick.platform.http import Request
from tallystick.platform.web import Page

__all__ = ["model_pages"]

TONES: Final[Mapping[str, str]] = {"ready": "good", "pending": "busy", "failed": "warn"}


def model_pages(service: ModelService) -> tuple[Page, ...]:
    """Declare the page."""

    def models(_: Request[Any]) -> Mapping[str, object]:
        return {"services": service.services(), "tones": TONES}

    return (Page("/models", "Models", "inference/models.html", models, label="Models", section="Inference"),)
