"""The console: terminals and programs, which read their thread themselves."""
