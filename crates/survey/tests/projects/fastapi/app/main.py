from fastapi import APIRouter, FastAPI

from app.api import orders
from app.settings import settings


def create_app() -> FastAPI:
    app = FastAPI()
    version = APIRouter(prefix=settings.prefix)
    version.include_router(orders.router, prefix="/orders")
    app.include_router(version)
    return app
