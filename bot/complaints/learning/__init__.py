"""Learning from staff: what they do with cases corrects tier one, within limits, judged before it counts, and undone with one command."""
