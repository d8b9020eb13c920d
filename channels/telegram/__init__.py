"""What the customers' and the staff's Telegram bots share: Telegram's rules, and no library that speaks to it."""
