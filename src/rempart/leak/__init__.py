"""A file on sale: which columns, whose patients, how fresh, through whom. Executes and fetches nothing."""
