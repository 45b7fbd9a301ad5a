"""What Holdpoint costs, measured against a bare redis-py loop on the same server in the same run."""
