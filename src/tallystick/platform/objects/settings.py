"""Where an organisation keeps its bytes."""

from typing import Annotated

from tallystick.platform.settings import Secret, Section, about

__all__ = ["ObjectsSettings"]


class ObjectsSettings(Section, frozen=True, kw_only=True):
    """The object store; an empty URL means a directory below the data directory."""

    url: Annotated[
        str, about("file:///DIRECTORY, memory:/// or s3://BUCKET/PREFIX?endpoint=URL&region=NAME; empty: DIR/objects.")
    ] = ""
    access_key_id: Annotated[str, about("Access key of an S3 store; empty: what the environment holds.")] = ""
    secret_access_key: Annotated[Secret, about("Secret key of an S3 store.")] = Secret("")
