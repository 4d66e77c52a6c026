"""The energy of accounts with several meters, losses or relations, put together (计费段合计).

- `stages`: the way of such accounts from readings to totals
- `summing`: points added up by account row; `point_rows`: the rows printed of them
- `pools`: the power factor that accounts share
"""
