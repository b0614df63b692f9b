"""The usual schedules, each one expression of the pieces.

A warmup of w updates gives update t the value peak (t + 1) / (w + 1) for t < w, and
the peak at w: no update is wasted at 0, and none uses the peak early. Another first
value is an explicit `start`. `total` includes the warmup.
"""
