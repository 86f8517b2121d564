"""Everything inference is made of, built in one place."""

from dataclasses import dataclass
from functools import partial

from tallystick.inference.adapters import engines
from tallystick.inference.adapters.contents import ObjectContents
from tallystick.inference.adapters.fetch import fetch
from tallystick.inference.adapters.service_table import ServiceTable
from tallystick.inference.console import model_glance, model_pages
from tallystick.inference.domain.model import Model
from tallystick.inference.domain.revision import Revision
from tallystick.inference.http import ModelDoor
from tallystick.inference.service import ModelService
from tallystick.inference.serving import Serving
from tallystick.inference.settings import InferenceSettings
from tallystick.platform.store import Branch
from tallystick.platform.web import Glance, Page
from tallystick.platform.wiring import Platform

__all__ = ["BRANCH", "Inference", "build"]

BRANCH = Branch("inference", "tallystick.inference.adapters.migrations")


@dataclass(frozen=True)
class Inference:
    """`service` and `pages` are for operators; `serving` and `door` are for the one process that serves models."""

    settings: InferenceSettings
    service: ModelService
    serving: Serving
    door: ModelDoor
    pages: tuple[Page, ...]
    glance: Glance
    branch: Branch = BRANCH


def build(settings: InferenceSettings, platform: Platform) -> Inference:
    """Build inference on a platform; no model is loaded before `serving.synchronise()`."""
    contents = ObjectContents(platform.objects)
    services = ServiceTable(platform.store)

    load_from = partial(engines.load, threads=settings.engine_threads)

    def load(revision: Revision) -> Model:
        return load_from(revision, contents.read)

    serving = Serving(services, load)
    door = ModelDoor(serving, largest_body=settings.largest_body, threads=settings.threads, queue=settings.queue)
    service = ModelService(services, contents, fetch, engines.model_file, load_from)
    return Inference(settings, service, serving, door, model_pages(service), model_glance(service))
