"""Chain: which releases follow what an environment runs, each judged against the one before?

A proposal is judged against the end of the chain, and `deploy` goes there: so nothing that was released is lost by
what is released next to it. A rollback begins the chain anew, from what it went back to.
"""

from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.entry import Pointed, Released
from meshwright.release.log import History


@value
class Chain:
    """What an environment runs (None: nothing yet), and what was released to follow it, in that order."""

    runs: Digest | None
    ahead: tuple[Released, ...] = ()

    @property
    def tip(self) -> Digest | None:
        """The release that a proposal is judged against, and that is deployed next; None before the first."""
        return self.ahead[-1].release if self.ahead else self.runs


def chain(known: History, environment: str) -> Chain:
    """Return the chain of an environment. Raises `Refused` where what runs was revoked, and another could run.

    Where all that ever ran was revoked there is nothing to go back to: such an environment begins anew.
    """
    revoked = known.revoked.keys()
    ran = {release for _, release in known.pointers(environment)}
    found = Chain(None)
    for entry in known.entries:
        match entry.body:
            case Released() as made if made.base == found.tip != made.release and made.release not in revoked:
                found = Chain(found.runs, (*found.ahead, made))
            case Pointed(environment=name, release=release) if name == environment and not ran <= revoked:
                found = _pointed(found, release)
            case _:
                pass
    if found.runs is not None:
        known.refuse_revoked(found.runs)
    return found


def _pointed(before: Chain, release: Digest) -> Chain:
    """Go forward on the chain, and keep what lies ahead still; else begin it anew."""
    places = [n for n, made in enumerate(before.ahead) if made.release == release]
    return Chain(release, before.ahead[places[0] + 1 :] if places else ())
