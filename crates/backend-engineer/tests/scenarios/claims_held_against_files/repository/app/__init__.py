from app.config import (
    MAIN,
    OLD,
    OLD_MODEL,
)
