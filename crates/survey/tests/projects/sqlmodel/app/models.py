from typing import Optional

from pydantic import BaseModel, EmailStr
from sqlmodel import Field, Relationship, SQLModel


class HeroBase(SQLModel):
    name: str = Field(index=True, unique=True)
    age: Optional[int] = None


class Team(SQLModel, table=True):
    __tablename__ = "teams"
    id: int | None = Field(default=None, primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="team")


class Hero(HeroBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="teams.id")
    team: Team = Relationship(back_populates="heroes")


class HeroPublic(HeroBase):
    id: int


class SignIn(BaseModel):
    email: EmailStr
    scopes: list[str] | None = None
