"""Telling: obligations and deadlines, the supervisor's file, letters, pages by audience."""
