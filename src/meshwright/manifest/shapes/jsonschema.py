"""JSON Schema: the shapes of the three documents, for editors: keys and values are completed and checked while typing.

Made of the shapes that reading uses, so that an editor never refuses what `mesh validate` takes. What files say of each
other is for `mesh validate` alone.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from meshwright.manifest.shapes.documents import ProductDocument
from meshwright.manifest.shapes.odcs import Shape
from meshwright.manifest.shapes.organisation import DomainDocument, MeshDocument

_DOCUMENTS: Mapping[str, type[Shape]] = {"mesh": MeshDocument, "domain": DomainDocument, "product": ProductDocument}


class _Editors(GenerateJsonSchema):
    """A key without a value is a mistake, so nothing may be null; and keys are shown as they are written."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """Judge a block as a block, and a text as a file: an editor then marks the one key that is wrong."""
        if set(schema["choices"]) != {"block", "file"}:
            return super().tagged_union_schema(schema)
        file, block = (self.generate_inner(schema["choices"][kind]) for kind in ("file", "block"))
        return {"if": {"type": "string"}, "then": file, "else": block}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # pydantic's signature
        return False


def schemas(policies: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the JSON Schema of `mesh`, `domain` and `product` documents, each as the text of a file.

    `policies` is the schema of what can be decided of them.
    """
    return {name: _text(name, policies) for name in _DOCUMENTS}


def _text(name: str, policies: Mapping[str, Any]) -> str:
    body = _DOCUMENTS[name].model_json_schema(schema_generator=_Editors)
    if "policies" in body["properties"]:
        body["properties"]["policies"] |= policies
    head = {"$schema": _Editors.schema_dialect, "title": f"{name}.yaml of Meshwright"}
    return json.dumps(head | {k: v for k, v in body.items() if k != "title"}, indent=2, ensure_ascii=False) + "\n"
