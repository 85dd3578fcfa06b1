from app.views import users
from app.views import orders

ROUTES = [
    ("users", users),
    ("orders", orders),
]
