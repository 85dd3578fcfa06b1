class NotFound(Exception):
    """Nothing is there."""
