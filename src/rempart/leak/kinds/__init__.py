"""What a cell can be: one small module a kind, each with ``compact``, ``is_valid`` and ``format_``."""
