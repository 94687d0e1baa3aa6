"""Help comes from a channel of several people, never from one person's mailbox: people leave, and are on holiday."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for each support channel that is the address of one of the mesh's people."""
    mailboxes = {p.email.casefold(): p for p in graph.mesh.people if p.email}
    for support in product.support:
        written = (support.channel, support.url.removeprefix("mailto:"))
        person = next((p for text in written if (p := mailboxes.get(text.casefold()))), None)
        if person is not None:
            message = f"support of `{product.address}` is the mailbox of `{person.username}` alone"
            hint = "name a channel or a mailbox that a team reads"
            yield Found((product.address,), place(product), message, hint)


POLICY = Policy("collective", Code.ONE_MAILBOX, Level.WARNING, check, Nothing)
