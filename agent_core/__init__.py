"""The core: facts, decisions and the turn; pure."""
