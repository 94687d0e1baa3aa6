"""Writing: how does a plain value look as YAML that people like to read, and that every reader reads alike?

Text is quoted wherever YAML 1.1 or 1.2 would take it for anything else. What fits on a line stands on one.
"""

import re
from collections.abc import Mapping
from typing import Any

from yaml import SafeDumper, dump
from yaml.nodes import MappingNode, Node, ScalarNode

_WIDTH = 116
_ON_ONE_LINE = 96


class _Dumper(SafeDumper):
    """PyYAML's dumper, which knows what YAML 1.1 takes for numbers and dates, taught what YAML 1.2 does."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML's signature
        """Write a value out wherever it stands."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # theirs
        """Indent the items of a list, as the manifests of the examples do."""
        super().increase_indent(flow, indentless=False)

    def choose_scalar_style(self) -> str:
        """Quote with `"`, as the manifests of the examples do, what is short enough to stay on its line."""
        style = super().choose_scalar_style()
        return '"' if style == "'" and len(getattr(self.event, "value", "")) < _ON_ONE_LINE else style


class _Top(dict[str, Any]):
    """The document itself: a line for each of its keys."""


def yaml_text(plain: Mapping[str, Any]) -> str:
    """Return a document of mappings with text as keys, lists, text, numbers and booleans."""
    text: str = dump(_Top(plain), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return text


def _top(dumper: _Dumper, value: _Top) -> MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=False)


def _mapping(dumper: _Dumper, value: dict[str, Any]) -> MappingNode:
    node = _top(dumper, _Top(value))
    node.flow_style = _is_short(node)
    return node


def _sequence(dumper: _Dumper, value: list[Any]) -> Node:
    node = dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=False)
    node.flow_style = not any(isinstance(v, dict | list) for v in value) and _is_short(node)
    return node


def _is_short(node: Node) -> bool:
    """Tell whether a mapping or a list fits on a line, and nothing in it needs several."""
    parts = [part for pair in node.value for part in pair] if isinstance(node, MappingNode) else node.value
    return all(_is_plain(part) for part in parts) and _length(node) <= _ON_ONE_LINE


def _is_plain(node: Node) -> bool:
    """Tell whether a value can stand inside a line."""
    return "\n" not in node.value if isinstance(node, ScalarNode) else bool(getattr(node, "flow_style", False))


def _length(node: Node) -> int:
    match node:
        case ScalarNode():
            return len(node.value) + 2
        case MappingNode():
            return sum(_length(key) + _length(value) + 2 for key, value in node.value)
    return sum(_length(item) + 2 for item in node.value)


def _string(dumper: _Dumper, value: str) -> ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(_Top, _top)
_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _sequence)
_Dumper.add_representer(str, _string)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+$|0o[0-7]+$"), list("-+0123456789"))
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)
