"""Without a compiler there is no compiled path to be tested."""

from powerchannel._kernels.loops import available

collect_ignore = [] if available()[1:] else ["test_core.py"]
