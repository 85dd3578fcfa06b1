from django.urls import include, path
from somewhere import make_urls, get_patterns, modules
from app.helpers import local_urls, by_loop, REGISTRY
from importlib import import_module

urlpatterns = [
    path('a/', include(make_urls('app', 'model'))),
    *get_patterns('b'),
    path('c/', include(local_urls())),
    path('d/', include(by_loop())),
    path('e/', include(import_module('app.x'))),
    path('f/', include('app.missing')),
    path('g/', getattr(modules, 'view')),
]
urlpatterns += make_urls('h')
urlpatterns += [path(f'{name}/', view) for name, view in REGISTRY.items()]
for m in modules:
    urlpatterns.append(path(m.name, include(m.urls)))
urlpatterns.extend(get_patterns('z'))
