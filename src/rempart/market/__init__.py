"""What a stolen record is worth to a thief: the price book (a data file) and the price model."""
