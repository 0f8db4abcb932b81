"""Figures over all answers of a campaign: jobs count and keep them, pages only read them."""
