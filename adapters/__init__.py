"""The adapters: one folder for each channel."""
