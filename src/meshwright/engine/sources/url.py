"""URL: what a connection's URL says of where it leads. It is never shown: it may hold a password."""

from urllib.parse import SplitResult, urlsplit

from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Connections, Secret
from meshwright.model.naming import connection_variable
from meshwright.model.product import VirtualSource


def parts_of(connection: str, url: Secret) -> SplitResult:
    """Take a connection's URL apart. Raises `FinalError` for what is none."""
    try:
        return urlsplit(url.reveal())
    except ValueError:
        hint = "see that it is written `scheme://host/path`, with `[` and `]` around an IPv6 address only"
        raise FinalError(f"connection `{connection}` is no URL", hint=hint) from None


def serving(connections: Connections, source: VirtualSource, such_as: str) -> Secret:
    """Return the URL of the store that serves a virtual table. Raises `SourceNotReady` where it is not known here."""
    url = connections(source.connection)
    if url is None:
        raise SourceNotReady(
            f"connection `{source.connection}`, where a virtual product is served, is not known here",
            hint=f"on a laptop, set `{connection_variable(source.connection)}` to its URL, such as `{such_as}`",
        )
    return url
