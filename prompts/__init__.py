"""The words agents' models are given."""
