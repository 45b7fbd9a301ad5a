"""E-mail: read by IMAP, written by SMTP."""
