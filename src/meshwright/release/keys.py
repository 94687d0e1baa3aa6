"""Keys: Ed25519, for the root, the gate and people. Public keys and signatures are hexadecimal text.

A private key is a file of its own that only its owner can read, outside every mesh: what is in a mesh is in git.
"""

import os
import secrets
import stat
from dataclasses import field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from meshwright.model.errors import NotFound, Refused
from meshwright.model.value import value


@value
class SigningKey:
    """A private key; `public` is what others verify its signatures by."""

    public: str
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    def sign(self, content: bytes) -> str:
        """Return the signature of `content`."""
        return self._private.sign(content).hex()

    @classmethod
    def generate(cls) -> "SigningKey":
        """Return a new key, which nobody else has."""
        return _signing_key(Ed25519PrivateKey.generate())


def verify(public: str, signature: str, content: bytes) -> bool:
    """Tell whether the owner of a public key has signed exactly these bytes."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def kept_key(path: Path) -> SigningKey:
    """Return the key in a file, made first where there is none; its public half lies beside it as `.pub`.

    Of several processes that make it at once, one does; each gets the same key, and never half a file.
    """
    if not path.exists():
        _create(path)
    key = load_key(path)
    public = path.with_suffix(".pub")
    if not public.exists():
        public.write_text(key.public + "\n")
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = SigningKey.generate()._private.private_bytes_raw().hex()  # noqa: SLF001  # the one place that writes it
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was faster: its key counts
    finally:
        draft.unlink()


def load_key(path: Path) -> SigningKey:
    """Return the key in a file. Raises `NotFound`, or `Refused` when others can read it or it is not a key."""
    try:
        mode, text = path.stat().st_mode, path.read_text().strip()
    except FileNotFoundError:
        raise NotFound(f"there is no private key {path}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refused(f"others can read the private key {path}", hint=f"chmod 600 {path}")
    try:
        return _signing_key(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text)))
    except ValueError:
        raise Refused(f"{path} is not a private key") from None


def _signing_key(private: Ed25519PrivateKey) -> SigningKey:
    return SigningKey(private.public_key().public_bytes_raw().hex(), private)
