"""The application, put together."""

import os

from fastapi import FastAPI

from app.database import Database
from app.errors import install_error_handlers
from app.routers import books, orders


def create_app(database: Database | None = None) -> FastAPI:
    """The app on the given database, or on the one that `DATABASE_URL` names."""
    app = FastAPI(title="Bookshop")
    app.state.database = database or Database.at(
        os.environ.get("DATABASE_URL", "sqlite:///shop.db")
    )
    app.state.database.create_tables()
    install_error_handlers(app)
    app.include_router(books.router)
    app.include_router(orders.router)
    return app
