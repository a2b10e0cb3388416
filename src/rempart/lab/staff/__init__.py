"""Honest staff: what each profession does in a day, one module a kind of workplace."""
