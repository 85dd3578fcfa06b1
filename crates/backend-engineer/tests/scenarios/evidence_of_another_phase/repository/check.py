from app.limits import limit

raise SystemExit(0 if limit() == 20 else 1)
