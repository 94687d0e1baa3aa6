"""URL: what a connection's URL says of where it leads. It is never shown: it may hold a password."""

from urllib.parse import SplitResult, urlsplit

from meshwright.model.errors import FinalError
from meshwright.model.identity import Secret


def parts_of(connection: str, url: Secret) -> SplitResult:
    """Take a connection's URL apart. Raises `FinalError` for what is none."""
    try:
        return urlsplit(url.reveal())
    except ValueError:
        hint = "see that it is written `scheme://host/path`, with `[` and `]` around an IPv6 address only"
        raise FinalError(f"connection `{connection}` is no URL", hint=hint) from None
