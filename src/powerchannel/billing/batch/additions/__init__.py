"""What bills have beside energy and capacity: amounts that come as they are (附加费用).

- `givens`: amounts from outside; `adjustments`: what is added; `debts`: late fees
- `after`: all three of some groups; `lumps`: the line of such an amount
"""
