"""The sections of a document beside those of `lehr train`: keys, types, rules."""
