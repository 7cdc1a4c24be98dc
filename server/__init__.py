"""The server: keep the ledger, follow the ledger. `create_app` wires the features together and does nothing else."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from server import app_files, config, headers, health, migrate, pages, problems
from server.db import configure_engine
from server.db import db as database
from server.alerts import routes as alerts_routes
from server.alerts import routes_live
from server.people import devices, limits, rights
from server.people import routes as people_routes
from server.records import routes as records_routes
from server.records import schemas

# Waitress threads and followers of one process; a request holds one connection at a time.
POOL = {"pool_size": 16, "max_overflow": 16, "pool_timeout": 30}


def create_app(settings: config.Config | None = None) -> Flask:
    """The WSGI application. Who may call each view is said where the view is registered; the default is nobody."""
    return stand_on(wire(), settings or config.load())


def wire() -> Flask:
    """Every feature's views, standing on no database yet."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        API_TITLE="Tidemark",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={"components": {"securitySchemes": {"device": {"type": "http", "scheme": "bearer"}}}},
        MAX_FORM_MEMORY_SIZE=1_000_000,
    )
    rights.register(app)
    devices.register(app)
    limits.register(app)
    headers.register(app)
    api = Api(app)
    for name, schema in schemas.NAMED.items():
        api.spec.components.schema(name, schema=schema)
    problems.register(app)  # after Api, which would answer errors in its own way
    api.register_blueprint(people_routes.blueprint)  # each view says: public or device
    api.register_blueprint(records_routes.blueprint)  # each view says: device
    api.register_blueprint(alerts_routes.blueprint)  # each view says: device
    api.register_blueprint(routes_live.blueprint)  # device
    api.register_blueprint(health.blueprint)  # public
    described = app.view_functions["api-docs.openapi_json"]
    app.view_functions["api-docs.openapi_json"] = rights.public(lambda: described())
    app_files.register(app)  # public: the app's own files, the same for everybody
    pages.register(app)  # each view says: public, or the action of the rights table that it needs
    return app


def stand_on(app: Flask, settings: config.Config) -> Flask:
    """Give the application its settings and its database."""
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={} if settings.is_sqlite else {**POOL, "pool_pre_ping": False},
    )
    app.extensions["tidemark"] = settings
    database.init_app(app)
    with app.app_context():
        configure_engine(database.engine)
    return app


db_upgrade = migrate.upgrade
