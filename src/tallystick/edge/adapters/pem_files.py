"""Read certificates and keys from files, or take them as the PEM text that they are."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tallystick.edge.errors import ConfigurationInvalid

__all__ = ["DiskPemFiles"]


class DiskPemFiles:
    """PEM sources as bud reads them: a file's name first, PEM text otherwise."""

    def text(self, path: str, source: str) -> str:
        """Return the PEM text of a source."""
        if "-----BEGIN" in source:
            return source
        try:
            return Path(source).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigurationInvalid(path, f"open({source}) failed: {reason}") from error

    def key(self, path: str, source: str, passphrase: str | None) -> str:
        """Return an unencrypted key, decrypted with its passphrase where it has one."""
        text = self.text(path, source)
        if "ENCRYPTED" not in text:
            return text
        if passphrase is None:
            raise ConfigurationInvalid(path, "the key is encrypted, and no passphrase is given")
        try:
            key = load_pem_private_key(text.encode(), passphrase.encode())
        except (ValueError, TypeError) as error:
            raise ConfigurationInvalid(path, "the passphrase does not open the key") from error
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
