"""Rotation: which published pseudonyms were made by keys that have been followed by others?

An engine brings them to the keys of now before it stages anything beside them. Until all inputs of a product are
brought there, it waits: a join across two keys would find nothing, and say nothing.
"""

from collections.abc import Iterable, Sequence

from meshwright.engine.pseudonyms import spaces_of
from meshwright.model.errors import FinalError, InputsNotReady, Refused
from meshwright.model.naming import key_variable
from meshwright.model.product import DataProduct, PublishMode
from meshwright.model.publish import InputRead, KeyUsed, Publish


def outdated(product: DataProduct, before: Sequence[Publish], used: Iterable[KeyUsed]) -> tuple[KeyUsed, ...]:
    """Return the keys that published rows are held by, and whose spaces have other keys now.

    None where nothing is to be joined to what is staged: all rows are made anew, or those there were made up. Raises
    `Refused` where a ledger holds some, for its entries cannot be rewritten.
    """
    if not before or before[-1].synthetic or all(t.mode is PublishMode.REPLACE for _, t in product.tables()):
        return ()
    now = {key.space: key for key in used}
    found = tuple(held for held in before[-1].keys if now.get(held.space, held) != held)
    for address, table in product.tables():
        for key in found if table.mode is PublishMode.LEDGER else ():
            if key.space in spaces_of([table]):
                raise Refused(
                    f"`{address}` is a ledger, and holds pseudonyms of `{key.space}` by the key before, which it keeps",
                    hint="begin another ledger under a new major version, or have it redact the column",
                )
    return found


def keys_after(product: DataProduct, staged: tuple[KeyUsed, ...], before: Sequence[Publish]) -> tuple[KeyUsed, ...]:
    """Return the keys by which a product holds pseudonyms after a publish: those that it was staged by, and others.

    Rows that stay may have some of spaces that it no longer names.
    """
    if not before or all(t.mode is PublishMode.REPLACE for _, t in product.tables()):
        return staged
    named = {key.space for key in staged}
    return tuple(sorted((*staged, *(held for held in before[-1].keys if held.space not in named))))


def unknown(product: DataProduct, held: KeyUsed) -> FinalError:
    """Say that the key by which rows are held is not among those that are known."""
    return FinalError(
        f"the pseudonyms of `{held.space}` in `{product.address}` were made by a key that is not known here",
        hint=f"`{key_variable(held.space)}` holds all keys of the space, the oldest first: add the new one behind",
    )


def refuse_to_join(product: DataProduct, reads: Iterable[InputRead]) -> None:
    """Raise `InputsNotReady` where inputs hold the pseudonyms of one space by different keys."""
    found: dict[str, tuple[str, InputRead]] = {}
    for read in reads:
        for key in read.keys:
            fingerprint, other = found.setdefault(key.space, (key.fingerprint, read))
            if fingerprint != key.fingerprint:
                raise InputsNotReady(
                    f"`{other.port}` and `{read.port}`, inputs of `{product.address}`, hold the pseudonyms of "
                    f"`{key.space}` by different keys, and would not join",
                    hint="run the one that has not run since the key was rotated",
                )
