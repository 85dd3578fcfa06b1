from fastapi import FastAPI, APIRouter
from importlib import import_module
from plugins import routers, make_router
app = FastAPI()
for r in routers:
    app.include_router(r)
for name in ['a', 'b']:
    app.include_router(import_module(f'app.{name}').router)
app.include_router(make_router('x'), prefix='/x')
app.mount('/m', make_router('y'))
for path, fn in routers:
    app.add_api_route(path, fn)
[app.include_router(r) for r in make_router('z')]
def crud(model):
    router = APIRouter(prefix=f'/{model}')
    @router.get('/')
    def all(): ...
    return router
for m in routers:
    app.include_router(crud(m))
