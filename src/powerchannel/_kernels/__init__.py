"""The arithmetic of scoring on plain arrays, apart from tables and rules.

`preference` is the NumPy path: float64 in the order (uses x points + latent) x streak x frequency
x complaint, then float32.
"""
