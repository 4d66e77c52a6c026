"""How fast, beside whom: ``python -m benchmarks channel --sizes small``.

- `cases`: what is measured: a case is an input and several sides that must give one answer
- `runner`: measuring the sides in turns; `child`: one side in a process of its own
- `results`: what was measured, its spread, its ratios; `machine`: where; `storing`: kept as JSON
- `report`: tables; `page`: the pages in ``docs`` from the kept results
- one package a domain, which offers ``cases(sizes)`` and ``goals(results)``: `channel`
- `theft.quality`: how well theft is found, with a command of its own
"""
