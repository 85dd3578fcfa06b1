import os

import jwt
from fastapi import Depends
from fastapi.security import OAuth2PasswordBearer

bearer = OAuth2PasswordBearer(tokenUrl="token")
JWT_SECRET = os.environ["JWT_SECRET"]


def current_user(token: str = Depends(bearer)) -> str:
    return jwt.decode(token, JWT_SECRET, algorithms=["HS256"])["sub"]
