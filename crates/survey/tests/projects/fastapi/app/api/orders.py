from fastapi import APIRouter, Depends
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()
router = APIRouter()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    note = Column(String(80), nullable=False)
    buyer_id = Column(Integer, ForeignKey("buyers.id"))


def current_user():
    return None


@router.get("/{order_id}")
async def read_order(order_id: int, user=Depends(current_user)):
    return order_id


@router.post("")
async def create_order():
    return None
