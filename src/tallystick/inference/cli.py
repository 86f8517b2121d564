"""`tally inference`: serve models, and say which."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec
import yaml

from tallystick.inference.adapters.engines import SUFFIXES
from tallystick.inference.domain.manifest import Manifest, parse_manifest
from tallystick.inference.domain.revision import Service
from tallystick.inference.errors import InferenceError, InvalidManifest
from tallystick.inference.server import serve_models
from tallystick.inference.settings import InferenceSettings
from tallystick.inference.wiring import BRANCH, Inference, build
from tallystick.platform import telemetry
from tallystick.platform.cli import platform_alone

__all__ = ["inference"]

FOLDER = click.Path(file_okay=False, path_type=Path)
data_dir = click.option("--data-dir", type=FOLDER, required=True, help="Where services and their files are kept.")
trust_pickle = click.option(
    "--trust-pickle", multiple=True, metavar="SHA256", help="Trust this pickle to run code when it is loaded."
)


@click.group()
def inference() -> None:
    """Serve models over the V1 and V2 inference protocols."""


@inference.command()
@click.option("--listen", default="127.0.0.1:8080", show_default=True, metavar="HOST:PORT")
@data_dir
@click.option("--model-dir", type=FOLDER, help="Apply the model in this folder first.")
@click.option("--model-name", default="model", show_default=True, help="The service's name for --model-dir.")
@trust_pickle
def serve(listen: str, data_dir: Path, model_dir: Path | None, model_name: str, trust_pickle: tuple[str, ...]) -> None:
    """Serve every applied model until SIGTERM."""
    telemetry.configure()
    with _opened(data_dir) as capability:
        if model_dir:
            manifest = _manifest_of_folder(model_dir, model_name)
            capability.service.apply(manifest, trusted_pickles=trust_pickle, rehearse=True)
        serve_models(capability, listen=listen, ready=lambda address: click.echo(f"serving models on {address}"))


@inference.command()
@click.option("-f", "--filename", type=click.Path(path_type=Path, dir_okay=False), required=True)
@data_dir
@trust_pickle
def apply(filename: Path, data_dir: Path, trust_pickle: tuple[str, ...]) -> None:
    """Serve what an InferenceService document describes; a model that cannot be loaded is refused at once."""
    with _opened(data_dir) as capability:
        manifest = parse_manifest(_document(filename))
        service = capability.service.apply(manifest, trusted_pickles=trust_pickle, rehearse=True)
        click.echo(f"{service.name}: version {service.version} ({service.desired.id}) is desired")


@inference.command("list")
@data_dir
@click.option("--output", type=click.Choice(["text", "json"]), default="text")
def list_services(data_dir: Path, output: str) -> None:
    """Print every service and its state."""
    with _opened(data_dir) as capability:
        services = capability.service.services()
    if output == "json":
        click.echo(msgspec.json.encode([_summary(service) for service in services]).decode())
        return
    for service in services:
        click.echo("  ".join(str(value) for value in _summary(service).values() if value != ""))


@inference.command()
@click.argument("name")
@data_dir
def delete(name: str, data_dir: Path) -> None:
    """Stop serving a model."""
    with _opened(data_dir) as capability:
        capability.service.delete(name)
        click.echo(f"{name}: deleted")


@contextmanager
def _opened(folder: Path) -> Iterator[Inference]:
    """Give the capability on a data directory; its errors end the command with their text."""
    with platform_alone(folder, BRANCH, InferenceError) as platform:
        yield build(InferenceSettings(), platform)


def _document(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise InvalidManifest(f"{path}: {error.strerror}") from error
    except RecursionError as error:
        raise InvalidManifest(f"{path}: YAML is nested too deeply") from error
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidManifest(f"{path}: not YAML: {' '.join(str(error).split())}") from error


def _manifest_of_folder(folder: Path, name: str) -> Manifest:
    """Describe a folder that holds one model; its files tell the format."""
    for model_format, suffixes in SUFFIXES.items():
        if any(path.suffix in suffixes for path in folder.glob("*")):
            return Manifest(name=name, format=model_format, storage_uri=folder.absolute().as_uri())
    known = ", ".join(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
    raise InvalidManifest(f"--model-dir {folder}: no model lies in it; models are {known} files")


def _summary(service: Service) -> dict[str, object]:
    return {
        "name": service.name,
        "state": service.state,
        "format": service.desired.format,
        "desired_version": service.version,
        "serving_version": service.serving_version,
        "failure": service.failure,
    }
