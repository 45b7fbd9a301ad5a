"""The gateway: transport, order, keeping, wiring."""
