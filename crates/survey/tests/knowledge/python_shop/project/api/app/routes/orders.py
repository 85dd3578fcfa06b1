from fastapi import APIRouter, Depends

from app.schemas.order import OrderOut
from app.security import current_user
from app.services.order_service import OrderService

router = APIRouter(dependencies=[Depends(current_user)])


@router.get("/{number}", response_model=OrderOut)
def one(number: int, service: OrderService = Depends()):
    return service.one(None, number)


@router.get("/")
def every(service: OrderService = Depends()):
    return {"data": [], "total": 0}
