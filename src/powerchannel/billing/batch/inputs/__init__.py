"""The rows of the state as columns, some groups at a time (批量输入).

- `chunks`: some groups of a month, their account rows and all that hangs on them
- `reasons`: why a group is left to the reference
- `editions`: which prices hold; `splits`: the days and the energy of each, where they change
- `meters`: meters and what they showed; `equipment`: transformers that came, went or stood by
- `ordering`: the order in which bills print accounts and meters
"""
