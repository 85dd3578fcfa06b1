from app.models.order import Order


class UserRepository:
    def owners(self, session):
        return session.query(Order.owner).all()
