"""How well theft is found: ``POWERCHANNEL_SHARED_DATA=folder python -m benchmarks.theft.quality``.

- `data`, `load_classes`: data of other people, where it is; `daily`, `halfhourly`: attacks on it
- `learners`: the models, ours and the peers'; `measures`: figures, and the paired difference
- `protocols`: the tests; `observer`, `simulator` (on `planted` meters), `causes`: tests with a room
  of their own; `sizes`: how much is done
- `results`: what was found, kept run by run; `goals`: what was aimed at
- `report`: tables; `page`: ``docs/benchmarks-theft.md``
"""
