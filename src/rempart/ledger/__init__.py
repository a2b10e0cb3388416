"""The ledger: what was decided about whom, append-only, sealed, queried by account, patient and time."""
