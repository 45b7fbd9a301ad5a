"""The agents: one file each, with the executors of its tools beside it."""
