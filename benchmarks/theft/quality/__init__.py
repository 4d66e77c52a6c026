"""How well theft is found: ``POWERCHANNEL_SHARED_DATA=folder python -m benchmarks.theft.quality``.

- `data`: data of other people, where it is; `daily`, `halfhourly`: attacks on it
- `learners`: the models, ours and the peers'; `measures`: figures, and the paired difference
- `protocols`: the tests; `results`: what was found; `goals`: what was aimed at
"""
