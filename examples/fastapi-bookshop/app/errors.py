"""What can go wrong for a reason that the caller should know, and how that is answered."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse


class ShopError(Exception):
    """A refusal with a message for the caller."""

    status_code = 400


class NotFoundError(ShopError):
    """Something that was asked for by its identifier is not there."""

    status_code = 404

    def __init__(self, what: str, identifier: object) -> None:
        super().__init__(f"{what} {identifier} does not exist")


class ConflictError(ShopError):
    """What was asked for contradicts what is already there."""

    status_code = 409


async def answer_shop_error(_: Request, error: Exception) -> JSONResponse:
    """Answers a refusal with its status and its message."""
    status_code = error.status_code if isinstance(error, ShopError) else 500
    return JSONResponse({"detail": str(error)}, status_code=status_code)


def install_error_handlers(app: FastAPI) -> None:
    """Lets every refusal raised in the app be answered as JSON."""
    app.add_exception_handler(ShopError, answer_shop_error)
