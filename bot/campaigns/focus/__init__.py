"""A moderated conversation in a group about an idea, among members of a panel."""
