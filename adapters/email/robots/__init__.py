"""What no person wrote: automatic mail, reports, calendars."""
