"""From bindings and an instant to a plan: what is no longer justified goes (R-II.5, R-VI)."""
