"""The database: one engine for the process, one session for each request."""

from collections.abc import Iterator

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from app.models import Base


class Database:
    """Opens sessions on one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @classmethod
    def at(cls, url: str) -> "Database":
        """The database at an SQLAlchemy URL."""
        return cls(create_engine(url))

    def create_tables(self) -> None:
        """Creates the tables that are not there."""
        Base.metadata.create_all(self._engine)

    def session(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back when something was raised."""
        with self._sessions.begin() as session:
            yield session
