"""Documents become a generation of the index: cut, encoded, stored."""
