"""Decoy patients: drawn, loaded into the records, kept in an encrypted register, recognised when they come back."""
