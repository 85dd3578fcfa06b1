from django.urls import path
from django.utils.module_loading import import_string
from django.views.generic import View

from registry.store import store


class Tracked:
    pass


def page(model, name="", route=None, single=True):
    def keep(view):
        label, model_name = model._meta.app_label, model._meta.model_name
        if model_name not in store["pages"][label]:
            store["pages"][label][model_name] = []
        store["pages"][label][model_name].append(
            {"name": name, "view": view, "route": route if route is not None else name, "single": single}
        )
        return view

    return keep


def add_history(*models):
    for model in models:
        if issubclass(model, Tracked):
            page(model, "history")("library.views.HistoryView")


def pages_of(label, model_name, single=True):
    try:
        pages = [page for page in store["pages"][label][model_name] if page["single"] == single]
    except KeyError:
        return []
    found = []
    for page in pages:
        view = import_string(page["view"]) if type(page["view"]) is str else page["view"]
        if issubclass(view, View):
            view = view.as_view()
        route = f"{page['route']}/" if page["route"] else ""
        found.append(path(route, view, name=f"{model_name}_{page['name']}"))
    return found
