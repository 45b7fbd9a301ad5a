"""Who sent a mail, and how sure that is."""
