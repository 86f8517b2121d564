"""`tally catalog`: add files, look digests up, serve hashlookup's API."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from tallystick.catalog.domain.views import SourceView
from tallystick.catalog.errors import CatalogError, UnknownContent
from tallystick.catalog.service import CatalogService
from tallystick.catalog.settings import CatalogSettings
from tallystick.catalog.watch import files_below
from tallystick.catalog.wiring import BRANCH, Catalog, build
from tallystick.platform import telemetry
from tallystick.platform.cli import platform_alone
from tallystick.platform.http import EVERYONE, application
from tallystick.platform.http import serve as listen_and_serve

__all__ = ["catalog"]

REST = "what lies before is kept, marked as partial; add a whole copy to have the rest"

data_dir = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Where the catalog is kept.",
)
output_option = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="For people or scripts."
)


@click.group()
def catalog() -> None:
    """Know every file in archives and packages by its digests."""


@catalog.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@data_dir
@output_option
def add(paths: tuple[Path, ...], data_dir: Path, output: str) -> None:
    """Catalogue files, and those in folders; what was read before is not read again.

    Exit code 1: some could not be read, or not to their end; what was whole before a cut is kept, as partial.
    """
    failed = 0

    def missed(error: OSError) -> None:
        nonlocal failed
        failed += 1
        click.echo(f"{error.filename}: {error.strerror}", err=True)

    with _opened(data_dir) as built:
        for path in files_below(paths, missed):
            try:
                added = built.service.add(path)
            except CatalogError as error:
                failed += 1
                click.echo(f"{path}: {error}", err=True)
                continue
            if added.integrity == "partial":
                failed += 1
                click.echo(f"{path}: {added.problem}; {REST}", err=True)
            if output == "json":
                click.echo(msgspec.json.encode(asdict(added)).decode())
            else:
                state = added.integrity if added.new else "known"
                problem = added.problem and f": {added.problem}"
                click.echo(f"{path}: {added.kind}, {added.entries} entries, {state}{problem}")
    sys.exit(1 if failed else 0)


@catalog.command()
@click.argument("digests", nargs=-1, required=True)
@data_dir
@output_option
def lookup(digests: tuple[str, ...], data_dir: Path, output: str) -> None:
    """Say where the contents with these digests lie. Exit code 1: some are unknown."""
    unknown = 0
    with _opened(data_dir) as built:
        for digest in digests:
            try:
                content = built.service.find(digest)
            except UnknownContent:
                unknown += 1
                click.echo(f"{digest}: unknown", err=True)
                continue
            found = built.service.occurrences(content)
            if output == "json":
                answer = {"query": digest, "content": content, "occurrences": found}
                click.echo(msgspec.json.encode(answer).decode())
                continue
            click.echo(f"{digest}: {content.size} bytes, sha256 {content.sha256}")
            for occurrence in found:
                for name in occurrence.source_names or [occurrence.source_sha256]:
                    click.echo(f"  {name}!/{occurrence.path}")
    sys.exit(1 if unknown else 0)


@catalog.command("list")
@data_dir
@output_option
def list_sources(data_dir: Path, output: str) -> None:
    """Print what was added, newest first."""
    with _opened(data_dir) as built:
        sources = list(_every_source(built.service))
    if output == "json":
        click.echo(msgspec.json.encode(sources).decode())
        return
    for source in sources:
        name = source.locations[0] if source.locations else source.sha256
        click.echo(f"{name}: {source.kind}, {source.entries} entries, {source.integrity}")


def _every_source(service: CatalogService) -> Iterator[SourceView]:
    offset = 0
    while page := service.sources(offset=offset):
        yield from page
        offset += len(page)


@catalog.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@data_dir
def watch(folders: tuple[Path, ...], data_dir: Path) -> None:
    """Keep folders catalogued until SIGTERM."""
    telemetry.configure()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _opened(data_dir, CatalogSettings(folders=folders)) as built:
        built.watch.run(stop)


@catalog.command()
@click.option("--listen", default="127.0.0.1:5000", show_default=True, metavar="HOST:PORT")
@data_dir
def serve(listen: str, data_dir: Path) -> None:
    """Serve hashlookup's API, and the catalog's own, until SIGTERM."""
    telemetry.configure()
    with _opened(data_dir) as built:
        app = application("Catalog", [*built.hashlookup, *built.routes], auth=EVERYONE)
        listen_and_serve(app, listen=listen, ready=lambda address: click.echo(f"hashlookup on {address}"))


@contextmanager
def _opened(folder: Path, settings: CatalogSettings | None = None) -> Iterator[Catalog]:
    with platform_alone(folder, BRANCH, CatalogError) as platform:
        yield build(settings or CatalogSettings(), platform)
