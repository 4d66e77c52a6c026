"""The bill of one group, exact and written to be read; a batch must agree with it to the bit.

`energy.group_energy` goes from readings to billed energy, `charges.group_bill` from there to the
lines of the bill (单组计费参考实现).
"""
