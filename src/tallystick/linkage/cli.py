"""`tally linkage`: the entity service alone, and the encoder for files."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from tallystick.linkage.batch.server import serve_batch
from tallystick.linkage.batch.settings import BatchSettings
from tallystick.linkage.batch.wiring import BRANCH, build_batch
from tallystick.linkage.encoding import EncodingError, encode_csv, schema_hash, write_clks
from tallystick.native import MalformedInput
from tallystick.native.linkage import ClkEncoder
from tallystick.platform import telemetry
from tallystick.platform.cli import platform_alone

__all__ = ["linkage"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def linkage() -> None:
    """Compare encodings of people across parties."""


@linkage.command()
@click.option("--listen", default="127.0.0.1:8851", show_default=True, metavar="HOST:PORT")
@click.option("--data-dir", type=FOLDER, required=True, help="Where projects, uploads and results are kept.")
def serve(listen: str, data_dir: Path) -> None:
    """Serve the anonlink entity service's interface until SIGTERM."""
    telemetry.configure()
    with platform_alone(data_dir, BRANCH) as platform:
        capability = build_batch(BatchSettings(), platform, list_projects=True)
        serve_batch(
            capability, platform, listen=listen, ready=lambda address: click.echo(f"serving linkage on {address}")
        )


@linkage.command()
@click.argument("table", type=FILE)
@click.option("--schema", type=FILE, required=True, help="A linkage schema, version 1 to 3.")
@click.option("--secret-file", type=FILE, required=True, help="The secret that all parties share, byte for byte.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here, not to standard output.")
@click.option("--no-header", is_flag=True, help="The table starts with a person.")
def encode(table: Path, schema: Path, secret_file: Path, output: Path | None, no_header: bool) -> None:
    """Encode a CSV TABLE of people into a file of CLKs."""
    if not (secret := secret_file.read_bytes()):
        raise click.ClickException(
            f"{secret_file} is empty: whoever has the schema could encode people to compare with"
        )
    try:
        encoder = ClkEncoder(schema.read_bytes(), secret)
        for warning in encoder.warnings:
            click.echo(f"warning: {warning}", err=True)
        with table.open(newline="", encoding="utf-8-sig") as people, _written(output) as target:
            count = write_clks(encode_csv(encoder, people, header=not no_header), target)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{table}: it is not UTF-8 ({error.reason})") from error
    except (EncodingError, MalformedInput) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} records encoded", err=True)


@linkage.command("hash-schema")
@click.argument("schema", type=FILE)
def hash_schema(schema: Path) -> None:
    """Print the digest by which parties compare their linkage schemas."""
    try:
        click.echo(schema_hash(schema.read_bytes()))
    except EncodingError as error:
        raise click.ClickException(str(error)) from error


def _announce(address: str) -> None:
    click.echo(f"serving linkage on {address}")


@contextlib.contextmanager
def _written(path: Path | None) -> Iterator[TextIO]:
    """Give standard output, or a file that appears only when all of it is written."""
    if path is None:
        yield sys.stdout
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as target:
            yield target
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
