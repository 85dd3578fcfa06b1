import pkgutil
from django.urls import path, include
REGISTRY = {}
def local_urls():
    found = []
    for m in pkgutil.iter_modules(['app']):
        found.append(path(m.name + '/', include(m.name)))
    return found
def by_loop():
    return [p for p in REGISTRY.get('x', [])]
