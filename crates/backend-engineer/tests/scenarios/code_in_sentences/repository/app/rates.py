from app.lib import rate

HALF = rate(1)
FULL = rate(3)
