from flask import Blueprint, Flask
from flask.views import MethodView, View
from flask_restful import Api as Restful, Resource as RestfulResource
from flask_restx import Api, Namespace, Resource

from .guards import signed_in

tasks = Namespace("tasks", path="/tasks")


@tasks.route("", "/all")
class Tasks(Resource):
    @signed_in
    def get(self): ...

    def post(self): ...


@tasks.route("/<int:task_id>")
class Task(Resource):
    method_decorators = [signed_in]

    def delete(self, task_id): ...


class Note(RestfulResource):
    def get(self, note_id): ...

    def put(self, note_id): ...


class Users(MethodView):
    decorators = [signed_in]

    def get(self): ...

    def post(self): ...


class Report(View):
    methods = ["GET", "POST"]

    def dispatch_request(self): ...


def create_app():
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api/v2")
    api = Api(blueprint, doc="/docs")
    api.add_namespace(tasks)
    app.register_blueprint(blueprint)
    restful = Restful(app, prefix="/v1")
    restful.add_resource(Note, "/notes/<string:note_id>", "/note/<string:note_id>")
    app.add_url_rule("/users", view_func=Users.as_view("users"))
    app.add_url_rule("/report", view_func=Report.as_view("report"))
    return app
