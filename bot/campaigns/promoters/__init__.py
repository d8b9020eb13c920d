"""Content customers who speak for the shop: testimonials, public reviews, codes for friends."""
