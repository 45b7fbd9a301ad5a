"""Settings, people and policies of an installation."""
