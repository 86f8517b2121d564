"""Packages to catalogue, made of this product's own files in the formats that are found in the wild."""

import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import tallystick

__all__ = ["build", "own_files"]

ROOT = Path(tallystick.__file__).parent
SUFFIXES = (".py", ".html", ".css", ".js")
CONTROL = """Package: tallystick
Version: {version}
Architecture: all
Maintainer: Tallystick
Description: what organisations have in common
"""


def build(directory: Path, version: str = "0.1.0") -> list[Path]:
    """Write a wheel, a Debian package, a `tar.gz`, and a zip in a tar; return them.

    Two calls write the same bytes; another `version` shares most contents with the first.
    """
    directory.mkdir(parents=True, exist_ok=True)
    files = {f"tallystick/{path.relative_to(ROOT)}": path.read_bytes() for path in own_files()}
    files["tallystick/VERSION"] = f"{version}\n".encode()
    wheel = _zip(files | {f"tallystick-{version}.dist-info/WHEEL": b"Wheel-Version: 1.0\n"})
    packages = {
        f"tallystick-{version}-py3-none-any.whl": wheel,
        f"tallystick_{version}_all.deb": _deb(files, version),
        f"tallystick-{version}.tar.gz": _tar(_below(f"tallystick-{version}", files), "w:gz"),
        f"tallystick-{version}-bundle.tar": _tar({"README": b"A wheel in a tar.\n", "tallystick.whl": wheel}, "w"),
    }
    for name, body in packages.items():
        (directory / name).write_bytes(body)
    return [directory / name for name in packages]


def own_files() -> list[Path]:
    """List the files of this product that go into each package."""
    return sorted(path for path in ROOT.rglob("*") if path.suffix in SUFFIXES and path.is_file())


def _below(folder: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": body for name, body in files.items()}


def _zip(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _tar(files: dict[str, bytes], mode: str) -> bytes:
    """Write a tar; its compression is told no time, so that the same files are the same bytes."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    match mode:
        case "w:gz":
            return gzip.compress(plain.getvalue(), mtime=0)
        case "w:xz":
            return lzma.compress(plain.getvalue(), preset=1)
        case _:
            return plain.getvalue()


def _deb(files: dict[str, bytes], version: str) -> bytes:
    """Write an `ar` of three members, as deb(5) has it."""
    data = _below("./usr/lib/python3/dist-packages", files)
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": _tar({"./control": CONTROL.format(version=version).encode()}, "w:gz"),
        "data.tar.xz": _tar(data, "w:xz"),
    }
    package = b"!<arch>\n"
    for name, body in members.items():
        package += (
            f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(body):<10}`\n".encode() + body + b"\n" * (len(body) % 2)
        )
    return package
