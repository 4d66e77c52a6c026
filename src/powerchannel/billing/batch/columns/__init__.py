"""What all of it is made of: columns of whole numbers, and what bills print of them (列).

- `exact`: products and quotients that never wrap, rounded once; `keys`: rows found by their keys
- `cases`: what depends on few numbers, worked out once a case; `sharing`: shares that sum up
- `cells`: decimals and texts, one a bill; `printed`: lines, registers, meters, what is told
"""
