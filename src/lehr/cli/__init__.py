"""The command line, one module per command; `main.py` calls them."""
