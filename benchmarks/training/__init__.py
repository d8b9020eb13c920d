"""How the weights that Makegood ships are learned: `make train`. Nothing of it is imported when Makegood runs."""
