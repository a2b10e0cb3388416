"""A hospital whose honest work comes from a simulator by other authors, clinosim (MIT licence)."""
