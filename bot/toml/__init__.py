"""What TOML files of ours need beyond `tomllib`: on which line a key stands, and what is wrong with a line."""
