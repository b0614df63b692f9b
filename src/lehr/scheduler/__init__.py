"""Configuration to a schedule on an optimizer."""
