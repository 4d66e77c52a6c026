"""Blocks of bills, and the tables of a result made of them (批量结果).

- `block`: bills that print the same lines; `batch`: all blocks of a month, and who was left
- `values`, `group_values`: every result of accounts, and of groups of several
- `rows`: blocks as the rows of each table; `frames`: the tables, with the bills of the reference
"""
