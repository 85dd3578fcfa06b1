from fastapi import APIRouter, Depends

from app.security import current_user
from app.services.order_service import OrderService

router = APIRouter()


@router.get("/me")
def me(user: str = Depends(current_user), service: OrderService = Depends()):
    return {"data": user, "total": 1}
