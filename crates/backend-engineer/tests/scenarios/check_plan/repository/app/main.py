from fastapi import FastAPI

from app.routes import health, orders

app = FastAPI(title="Orders")
app.include_router(orders.router)
app.include_router(health.router)
