"""A user's module, whose functions a configuration may name."""


def half(step):
    return 0.5**step


not_a_function = 7
