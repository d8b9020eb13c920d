"""How the accounts are doing: seen, kept, and told to operators when there is trouble and when it is over."""
