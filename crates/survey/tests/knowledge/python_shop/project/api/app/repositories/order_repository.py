from app.models.order import Order
from app.services.order_service import LIMIT


class OrderRepository:
    def all(self, session):
        return session.query(Order).limit(LIMIT).all()
