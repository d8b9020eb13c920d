"""A comment card for the counter: what stands on it, where, and how it becomes a PDF or a picture."""
