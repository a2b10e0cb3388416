"""From answers to suspicions: what belongs to one theft. Pure: no disk, no clock."""
