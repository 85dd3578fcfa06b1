"""Reading and writing rows. Nothing is decided here."""
