"""SMS, and WhatsApp: written and heard through Twilio."""
