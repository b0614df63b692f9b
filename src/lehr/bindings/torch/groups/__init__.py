"""Param groups made of a model's names and shapes, and what they make of a schedule."""
