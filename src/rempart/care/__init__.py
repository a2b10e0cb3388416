"""Who cares for whom, when: the evidence that an access has a reason."""
