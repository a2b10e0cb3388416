"""Rempart: makes the theft of patient data through a borrowed identity not pay."""

__version__ = "0.1.0"
