"""Another plan for a run that goes on: extended, cooled down, warmed up again."""
