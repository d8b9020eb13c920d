"""A customer as a whole: all their addresses, two records of one person, and their wish to be forgotten."""
