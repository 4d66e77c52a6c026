"""What transformers and lines lose, and who carries it (变损、线损).

- `banks`: transformers in parallel, and the points behind them
- `transformers`: their losses by formula, ratio or table; `loss_tables`: looking them up
- `lines`: losses of customers' own lines; `carrying`: sharing a loss over the points behind it
"""
