"""One exact spelling of a JSON document, so that its hash can be quoted: keys sorted, no spaces, UTF-8.

Scopes, values and notices quote each other by it. Misses: numbers as other languages' JSON writers spell them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def hash_document(document: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the document without its ``hash``."""
    rest = {key: value for key, value in document.items() if key != "hash"}
    spelled = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode("utf-8", "surrogatepass")).hexdigest()
