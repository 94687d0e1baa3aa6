"""Codes: what can be wrong with a standard's document. `mesh explain CODE` tells the whole story of one."""

from enum import StrEnum


class Code(StrEnum):
    """The diagnostics of standard documents: MW06 and two digits."""

    VERSION = "MW0601"
    KEY = "MW0602"
    MISSING = "MW0603"
    VALUE = "MW0604"
    DANGLING = "MW0605"
    TWICE = "MW0606"
    SENSE = "MW0607"
    DISAGREES = "MW0608"
    NOT_HELD = "MW0609"
    NOT_MODELLED = "MW0610"


MEANING = {
    Code.VERSION: "a version of a standard that is not read, or not the one that the document needs",
    Code.KEY: "a key that the standard does not have there",
    Code.MISSING: "a key that the standard asks for",
    Code.VALUE: "a value that the standard does not allow there",
    Code.DANGLING: "a reference to an element that the document does not have",
    Code.TWICE: "a name, id or property that is given twice in a document",
    Code.SENSE: "what the standard's schema allows, and what has no meaning",
    Code.DISAGREES: "a document and a manifest that contradict each other",
    Code.NOT_HELD: "a promise of a document that nothing checks or measures",
    Code.NOT_MODELLED: "a part of a document that cannot be taken over",
}
