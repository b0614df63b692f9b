"""Configuration to an optimizer."""
