"""Readers of leaked files: one a format, each ``fits`` (by the first bytes) and ``read`` (chunks of rows)."""
