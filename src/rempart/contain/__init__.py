"""Decisions become commands at an identity provider, a directory or a webhook; a dry run by default."""
