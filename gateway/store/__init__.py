"""The room of Redis: transitions as Lua, and the Python that calls them."""
