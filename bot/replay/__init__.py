"""The main job on real orders, under a simulated clock: what `makegood replay` does."""
