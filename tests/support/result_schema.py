"""docs/result.schema.json, and records held against it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from tests.support.checkout import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "result.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(SCHEMA)
_VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def hold(record: Any) -> None:
    """Raise jsonschema.ValidationError unless `record`, read from a result.json, is one."""
    _VALIDATOR.validate(record)
