import pkgutil
from importlib import import_module

from flask import Flask
from outside import blueprints, views

app = Flask(__name__)
for blueprint in blueprints():
    app.register_blueprint(blueprint)
for module in pkgutil.iter_modules(["views"]):
    app.register_blueprint(import_module("views." + module.name).blueprint)
for name, view in views().items():
    app.add_url_rule("/" + name, view_func=view)
for rule in RULES:
    app.route(rule)(lambda: 1)
