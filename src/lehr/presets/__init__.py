"""Published recipes as documents, with their sources."""
