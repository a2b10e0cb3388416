"""A closed-loop stand by an outside examiner: it knows the contract of ``watch --stdio`` and imports nothing of Rempart."""
