import collections

from django.urls import path


class Registry(dict):
    def __delitem__(self, key):
        raise TypeError("not here")


registry = Registry({"views": collections.defaultdict(dict)})


def register(model, name="", path=None):
    def wrapper(view):
        label = model._meta.app_label
        model_name = model._meta.model_name
        if model_name not in registry["views"][label]:
            registry["views"][label][model_name] = []
        registry["views"][label][model_name].append(
            {"view": view, "path": path if path is not None else name, "is_hidden": False}
        )
        return view

    return wrapper


def urls_of(label, model_name):
    try:
        found = [entry for entry in registry["views"][label][model_name] if not entry["is_hidden"]]
    except KeyError:
        return []
    return [path(f"{entry['path']}/" if entry["path"] else "", entry["view"].as_view()) for entry in found]
