from flask import Blueprint, jsonify, request, abort

from .store import store

bp = Blueprint("items", __name__)


@bp.get("/health")
def health():
    return jsonify(status="ok")


@bp.get("/items")
def list_items():
    return jsonify(items=store.all())


@bp.post("/items")
def create_item():
    data = request.get_json(silent=True) or {}
    name = data.get("name")
    if not name:
        abort(400)
    return jsonify(store.add(name)), 201


@bp.get("/items/<int:item_id>")
def get_item(item_id):
    item = store.get(item_id)
    if item is None:
        abort(404)
    return jsonify(item)
