"""Other detectors against the same thieves, at equal friction. Their packages are no part of the product."""
