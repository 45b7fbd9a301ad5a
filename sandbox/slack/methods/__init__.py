"""The methods of the Web API, one module for each family; `table` lists them all with the scopes they need."""
