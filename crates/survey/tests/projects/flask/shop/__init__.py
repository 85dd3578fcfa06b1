from flask import Blueprint, Flask
from flask.views import MethodView

outer = Blueprint("outer", __name__, url_prefix="/outer")
inner = Blueprint("inner", __name__, url_prefix="/inner")


@inner.route("/ping", methods=["GET", "POST"])
def ping():
    return "pong"


class Items(MethodView):
    def get(self):
        return []

    def delete(self):
        return ""


outer.register_blueprint(inner)
outer.add_url_rule("/items", view_func=Items.as_view("items"))


def create_app():
    app = Flask(__name__)
    app.register_blueprint(outer, url_prefix="/moved")
    app.register_blueprint(load_extension())
    return app
