"""What is written for each target: one module each, with `code(schedule, name)`."""
