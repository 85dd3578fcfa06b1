from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.errors import NotFound
from app.routes import orders, users

app = FastAPI()
app.include_router(orders.router, prefix="/orders")
app.include_router(users.router, prefix="/users")


@app.exception_handler(NotFound)
async def not_found(request: Request, error: NotFound) -> JSONResponse:
    return JSONResponse(status_code=404, content={"code": "not_found", "message": str(error)})
