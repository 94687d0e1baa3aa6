"""Syntax: what does a YAML text say, and where?

libyaml composes the nodes; the values are built here in one pass, by the core schema of YAML 1.2: dates stay text, and
what YAML 1.1 would read differently is an error. A text of any content, size or depth gives a value or diagnostics,
never an exception.

Documents of others' making (`foreign`) are read by the same schema, but may do what a manifest may not: leave values
empty, merge mappings by `<<`, write `yes` or `1_000` as text.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yaml import CSafeLoader, YAMLError
from yaml.events import CollectionEndEvent, CollectionStartEvent, Event, StreamEndEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from meshwright.manifest.codes import Code
from meshwright.manifest.text.content import read_text
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.value import value

MAX_NODES = 50_000
MAX_DEPTH = 50

_SHALLOW = 10_000
"""A text of so few characters cannot nest deeply enough to exhaust the stack of libyaml's composer."""

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NUMERIC = frozenset("0123456789+-.")
_CONSTANTS = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.capitalize(), word.upper())
}
_BOOLEANS_OF_1_1 = {
    spelling: value
    for word, value in (("yes", "true"), ("on", "true"), ("no", "false"), ("off", "false"))
    for spelling in (word, word.capitalize(), word.upper())
}
_SIXTIES_OF_1_1 = re.compile(r"[-+]?[1-9][0-9]*(:[0-5]?[0-9])+")
_UNDERSCORED_OF_1_1 = re.compile(r"[-+]?[1-9][0-9]*(_[0-9]+)+")
_UNTAGGED = ""
_NOTHING: Callable[..., Any] = "".format
"""What libyaml's composer calls three times for each node: written in C, it takes anything and returns `_UNTAGGED`."""

_HINTS = {
    "mapping values are not allowed": "quote a text that holds `: `, and look at the indentation",
    "found a tab": "indent with spaces",
    "cannot start any token": "indent with spaces, and quote a text that begins with a special character",
    "did not find expected key": "look at the indentation of this line and the one before",
    "another document": "keep one document in a file: remove the `---` between them",
    "undefined alias": "quote a text that begins with `*`",
    "unexpected end of stream": "close the quote",
    "found unexpected ':'": "write a blank behind the `:`",
}


class _Composer(CSafeLoader):
    """libyaml's composer that resolves nothing: values are built by their nodes, and no tag depends on a path."""

    resolve = descend_resolver = ascend_resolver = staticmethod(_NOTHING)


class _TooMuchError(Exception):
    """The text is deeper or larger than any manifest, from somewhere on."""

    def __init__(self, message: str, part: Node | Event) -> None:
        super().__init__(message)
        self.mark = part.start_mark


@value
class Document:
    """A text, read: its plain value (None when it says nothing) and the place of each part of it."""

    value: Any
    root: Place


def read_file(path: Path, file: str, problems: Problems, *, foreign: bool = False) -> Document | None:
    """Read a YAML file, `file` being its name in diagnostics; None when there is no making sense of it."""
    text = read_text(path, file, problems)
    return None if text is None else read_yaml(text, problems, foreign=foreign)


def read_yaml(text: Text, problems: Problems, *, foreign: bool = False) -> Document | None:
    """Read a YAML text; None when there is no making sense of it."""
    try:
        root = _compose(text.text)
        builder = (_ForeignBuilder if foreign else _Builder)(text, problems)
        return Document(None if root is None else builder.build(root, 0), Place(text, root))
    except _TooMuchError as error:
        at = text.at(error.mark.line, error.mark.column) if error.mark else text.start()
        problems.error(Code.SYNTAX, at, str(error), "a manifest is small: look for aliases that repeat")
    except ReaderError as error:
        line = text.text.count("\n", 0, error.position)
        problems.error(Code.SYNTAX, text.at(line, 0), "the file is not YAML: it holds control characters")
    except YAMLError as error:
        _refuse(text, error, problems)
    return None


def _refuse(text: Text, error: YAMLError, problems: Problems) -> None:
    """Say where reading stopped; of what is never closed, where it was opened, which may be far above."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    message = f"the file is not YAML: {str(problem or error).removeprefix('but ')}"
    hint = next((h for words, h in _HINTS.items() if words in message), "")
    if opened is not None and "end of stream" in message:
        mark = opened
    elif opened is not None and "expected ',' or" in message:
        hint = f"put commas between values, quote what holds `{{` or `: `, and close what line {opened.line + 1} opens"
    problems.error(Code.SYNTAX, text.at(mark.line, mark.column) if mark else text.start(), message, hint)


def _compose(text: str) -> Node | None:
    if len(text) > _SHALLOW:
        _measure_depth(text)
    composer = _Composer(text)
    try:
        node: Node | None = composer.get_single_node()
        return node
    finally:
        composer.dispose()


def _measure_depth(text: str) -> None:
    """Follow the events, which needs no stack, before the composer, which recurses, sees them."""
    composer = _Composer(text)
    depth = 0
    try:
        while (event := composer.get_event()) is not None and not isinstance(event, StreamEndEvent):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise _TooMuchError(f"the file nests deeper than {MAX_DEPTH} levels", event)
    finally:
        composer.dispose()


def _sixties(text: str) -> int:
    """Return what YAML 1.1 reads `1:30` as."""
    number = 0
    for digits in text.lstrip("+-").split(":"):
        number = number * 60 + int(digits)
    return -number if text.startswith("-") else number


def _tag(node: Node) -> str:
    """Return a tag as people write it."""
    return str(node.tag).replace("tag:yaml.org,2002:", "!!")


class _Builder:
    """Builds plain values of nodes, and counts them: an alias is built again wherever it stands."""

    def __init__(self, text: Text, problems: Problems) -> None:
        self._text = text
        self._problems = problems
        self._nodes = 0

    def build(self, node: Node, depth: int) -> Any:
        """Return the plain value of a node."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _TooMuchError(f"the file holds more than {MAX_NODES} values", node)
        if depth > MAX_DEPTH:
            raise _TooMuchError(f"the file nests deeper than {MAX_DEPTH} levels", node)
        if node.tag:
            self._tagged(node)
        if type(node) is ScalarNode:
            return self._scalar(node)
        if type(node) is SequenceNode:
            return [self.build(item, depth + 1) for item in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: Node, depth: int) -> dict[str, Any]:
        built: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key, content in node.value:
            if not isinstance(key, ScalarNode) or (key.value == "<<" and not key.style):
                self._odd_key(key)
                continue
            name: str = key.value
            if name in lines:
                hint = f"it is on line {lines[name]} already: keep one of them"
                self._problems.error(Code.DUPLICATE, self._at(key), f"the key `{name}` is there twice", hint)
                continue
            lines[name] = key.start_mark.line + 1
            built[name] = self.build(content, depth + 1)
            if built[name] is None:
                self._empty(key)
        return built

    def _tagged(self, node: Node) -> None:
        at = Place(self._text, node).at
        self._problems.error(Code.SYNTAX, at, f"a manifest has no tags, such as `{_tag(node)}`", "remove the tag")

    def _empty(self, key: ScalarNode) -> None:
        message = f"`{key.value}` has no value"
        self._problems.error(Code.TYPE, self._at(key), message, "give it one, or remove the key")

    def _odd_key(self, key: Node) -> None:
        if isinstance(key, ScalarNode):
            hint = "write the keys out; what products share belongs in `domain.yaml` or `mesh.yaml`"
            self._problems.error(Code.SYNTAX, self._at(key), "YAML 1.2 has no merge key `<<`", hint)
        else:
            self._problems.error(Code.SYNTAX, self._at(key), "a key must be text")

    def _scalar(self, node: ScalarNode) -> Any:
        value: str = node.value
        if node.style:  # quoted and block scalars are text; a plain one has the style ""
            return value
        if value in _CONSTANTS:
            return _CONSTANTS[value]
        if value[0] in _NUMERIC:
            return self._number(node, value)
        if value in _BOOLEANS_OF_1_1:
            self._ambiguous(node, "text", _BOOLEANS_OF_1_1[value])
        return value

    def _number(self, node: ScalarNode, value: str) -> Any:
        if _INTEGER.fullmatch(value):
            digits = value.lstrip("+-")
            if len(digits) > 1 and digits[0] == "0" and digits.isdigit():
                self._leading_zero(node, digits)
            # Python refuses to read numbers of thousands of digits; as text their keys will refuse them.
            return value if len(value) > 100 else int(value, 0 if value[:2] in ("0o", "0x") else 10)
        if _FLOAT.fullmatch(value):
            return float(value.replace(".", "", 1) if value.lower().lstrip("+-") in (".inf", ".nan") else value)
        if len(value) < 20 and _SIXTIES_OF_1_1.fullmatch(value):
            self._ambiguous(node, "text", str(_sixties(value)))
        elif len(value) < 20 and _UNDERSCORED_OF_1_1.fullmatch(value):
            self._ambiguous(node, "text", value.replace("_", ""))
        return value

    def _leading_zero(self, node: ScalarNode, digits: str) -> None:
        old = str(int(digits, 8)) if set(digits) <= set("01234567") else "text"
        self._ambiguous(node, digits.lstrip("0") or "0", old)

    def _ambiguous(self, node: ScalarNode, new: str, old: str) -> None:
        """Report a value that other tools, which still speak YAML 1.1, read as something else."""
        told = [word if word == "text" else f"`{word}`" for word in (new, old)]
        plain = old if new == "text" else new
        hint = f'write `{plain}`, or `"{node.value}"` where text is meant'
        message = f"`{node.value}` is {told[0]} in YAML 1.2, and {told[1]} in YAML 1.1"
        self._problems.error(Code.AMBIGUOUS, self._at(node), message, hint)

    def _at(self, node: Node) -> Any:
        return Place(self._text, node).at


class _ForeignBuilder(_Builder):
    """Builds the values of documents that others write, who follow the rules of their standard, not ours."""

    def _mapping(self, node: Node, depth: int) -> dict[str, Any]:
        merged = [value for key, value in node.value if _is_merge(key)]
        own = MappingNode(node.tag, [pair for pair in node.value if not _is_merge(pair[0])])
        built = super()._mapping(own, depth)
        for content in merged:
            for source in content.value if isinstance(content, SequenceNode) else [content]:
                base = self.build(source, depth + 1)
                if isinstance(base, dict):
                    built = {**base, **built}
        return built

    def _tagged(self, node: Node) -> None:
        """Accept the tags of the core schema: what is said to be text is text, the others are what they look like."""
        match _tag(node), node:
            case "!!str", ScalarNode():
                node.style = node.style or '"'
            case "!!bool" | "!!int" | "!!float" | "!!null" | "!!map" | "!!seq", _:
                pass
            case _:
                super()._tagged(node)

    def _empty(self, key: ScalarNode) -> None:
        """Accept it: a null is a value, and its schema says where there may be one."""

    def _ambiguous(self, node: ScalarNode, new: str, old: str) -> None:
        """Accept it: where text is not wanted, the schema says so."""


def _is_merge(key: Node) -> bool:
    return isinstance(key, ScalarNode) and key.value == "<<" and not key.style
