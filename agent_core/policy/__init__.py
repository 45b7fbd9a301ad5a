"""The policy: who may decide what, by rules that are data; evaluated by pure functions."""
