"""The character model of tier one: what a text is likely to be, learned from labelled examples, in plain Python."""
