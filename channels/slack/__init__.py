"""What the customers' and the staff's Slack apps share."""
