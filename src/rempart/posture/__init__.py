"""Before the next theft: what the ledger and the staff list say about how easily one would go."""
