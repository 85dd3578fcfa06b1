//! Small trees, each for one way to register, guard or map something: what the survey tells of it.

use std::fs;

use survey::{Survey, survey_tree};

pub(crate) type Files = &'static [(&'static str, &'static str)];

pub(crate) fn of(files: &[(&str, &str)]) -> Survey {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    survey_tree(folder.path(), None)
}

/// `METHOD path: guards` of each route.
pub(crate) fn guards(survey: &Survey) -> Vec<String> {
    let line = |route: &survey::Route| {
        format!(
            "{} {}: {}",
            route.method,
            route.path,
            route.guards.join(", ")
        )
    };
    survey.routes.iter().map(line).collect()
}

const FASTAPI: &str = "from fastapi import Depends, FastAPI, HTTPException, Request\nfrom fastapi.security import OAuth2PasswordBearer\n\
    scheme = OAuth2PasswordBearer(tokenUrl='token')\napp = FastAPI()\n";
const SETTINGS: &str = "ROOT_URLCONF = 'site.urls'\n";

const GUARDS: &[(&str, Files, &[&str])] = &[
    (
        "what a dependency of FastAPI does decides, not its name",
        &[
            ("head.py", FASTAPI),
            (
                "app.py",
                "from head import *\nfrom head import app, scheme\nfrom fastapi import Depends, HTTPException\n\
                def get_db():\n    yield 1\n\
                def get_auth_service(db=Depends(get_db)):\n    return AuthService(db)\n\
                def caller(token: str = Depends(scheme)):\n    return token\n\
                def vip(request: Request):\n    if not request.headers.get('x'):\n        raise HTTPException(403)\n\
                def needs(role):\n    def check(who=Depends(caller)):\n        return who\n    return check\n\
                def page(limit: int = 10):\n    return limit\n\
                @app.get('/a')\ndef a(db=Depends(get_db), service=Depends(get_auth_service), p=Depends(page)): ...\n\
                @app.get('/b')\ndef b(db=Depends(get_db), who=Depends(caller)): ...\n\
                @app.get('/c', dependencies=[Depends(vip)])\ndef c(): ...\n\
                @app.get('/d')\ndef d(who=Depends(needs('admin'))): ...\n\
                @app.get('/e')\ndef e(token=Depends(scheme)): ...\n",
            ),
        ],
        &[
            "GET /a: ",
            "GET /b: caller",
            "GET /c: vip",
            "GET /d: needs",
            "GET /e: scheme",
        ],
    ),
    (
        "decorators of Django by their origin, and mixins",
        &[
            ("site/settings.py", SETTINGS),
            (
                "site/urls.py",
                "from django.urls import path\nfrom django.views.decorators.csrf import csrf_exempt\n\
                from django.contrib.auth.decorators import login_required\nfrom site import views\n\
                urlpatterns = [path('a/', views.a), path('b/', views.B.as_view()), path('c/', views.C.as_view()),\n\
                path('d/', csrf_exempt(views.d)), path('e/', login_required(views.d)), path('f/', views.F.as_view()),\n\
                path('g/', views.g)]\n",
            ),
            (
                "site/views.py",
                "from django.contrib.auth.decorators import permission_required\nfrom django.core.exceptions import PermissionDenied\n\
                from django.contrib.auth.mixins import UserPassesTestMixin\nfrom django.utils.decorators import method_decorator\n\
                from django.views import View\nfrom django.views.decorators.cache import cache_page\n\
                class StaffOnly(UserPassesTestMixin):\n    def test_func(self):\n        return self.request.user.is_staff\n\
                class Paged:\n    size = 10\n\
                def keepers(view):\n    def inner(request):\n        if not request.user.is_keeper:\n            raise PermissionDenied\n        return view(request)\n    return inner\n\
                @permission_required('x')\n@cache_page(60)\ndef a(request): ...\n\
                class B(StaffOnly, View):\n    def get(self, request): ...\n\
                class C(Paged, View):\n    def get(self, request): ...\n    @method_decorator(permission_required('x'))\n    def post(self, request): ...\n\
                def d(request): ...\n\
                @method_decorator(keepers, name='dispatch')\nclass F(View):\n    def get(self, request): ...\n\
                @keepers\ndef g(request): ...\n",
            ),
        ],
        &[
            "* /a/: permission_required",
            "GET /b/: StaffOnly",
            "GET /c/: ",
            "POST /c/: permission_required",
            "* /d/: ",
            "* /e/: login_required",
            "GET /f/: keepers",
            "* /g/: keepers",
        ],
    ),
    (
        "REST framework's defaults hold where a view says nothing",
        &[
            (
                "site/settings.py",
                "ROOT_URLCONF = 'site.urls'\nREST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated'],\n\
                'DEFAULT_AUTHENTICATION_CLASSES': ['rest_framework.authentication.TokenAuthentication']}\n",
            ),
            (
                "site/urls.py",
                "from django.urls import path\nfrom site import views\n\
                urlpatterns = [path('a/', views.A.as_view()), path('b/', views.B.as_view()), path('c/', views.c), path('d/', views.d)]\n",
            ),
            (
                "site/views.py",
                "from rest_framework.views import APIView\nfrom rest_framework.permissions import AllowAny, IsAdminUser\n\
                from rest_framework.decorators import api_view, permission_classes\n\
                class A(APIView):\n    def get(self, request): ...\n\
                class B(APIView):\n    permission_classes = [AllowAny]\n    def get(self, request): ...\n\
                @api_view(['GET'])\ndef c(request): ...\n\
                @api_view(['GET'])\n@permission_classes([IsAdminUser])\ndef d(request): ...\n",
            ),
        ],
        &[
            "GET /a/: IsAuthenticated",
            "GET /b/: ",
            "GET /c/: IsAuthenticated",
            "GET /d/: IsAdminUser",
        ],
    ),
    (
        "guards of Nest: global, let off by metadata, in a decorator of the project; limits are none",
        &[(
            "app.ts",
            "import { Controller, Get, Post, Module, UseGuards, SetMetadata, applyDecorators, Injectable } from '@nestjs/common';\n\
            import { APP_GUARD, Reflector } from '@nestjs/core';\nimport { ThrottlerGuard } from '@nestjs/throttler';\n\
            export const Public = () => SetMetadata('isPublic', true);\n\
            @Injectable()\nexport class JwtGuard {\n  constructor(private reflector: Reflector) {}\n\
              canActivate(context) {\n    const open = this.reflector.getAllAndOverride('isPublic', [context.getHandler()]);\n    return open || !!context.user;\n  }\n}\n\
            export class RolesGuard { canActivate() { return false; } }\n\
            export const Admin = () => applyDecorators(UseGuards(RolesGuard), SetMetadata('roles', ['admin']));\n\
            @Controller('cats')\nexport class Cats {\n  @Public()\n  @Get('open')\n  open() {}\n  @Get()\n  all() {}\n  @Admin()\n  @Post()\n  add() {}\n}\n\
            @Module({ controllers: [Cats], providers: [{ provide: APP_GUARD, useClass: JwtGuard }, { provide: APP_GUARD, useClass: ThrottlerGuard }] })\nexport class AppModule {}\n",
        )],
        &[
            "GET /cats: JwtGuard",
            "POST /cats: JwtGuard, RolesGuard",
            "GET /cats/open: ",
        ],
    ),
    (
        "hooks of Fastify hold for the instance and what is inside it",
        &[(
            "app.js",
            "const fastify = require('fastify')();\n\
            async function signedIn(request, reply) { await request.jwtVerify(); }\n\
            fastify.addHook('onRequest', async (request) => { request.startedAt = 1; });\n\
            fastify.get('/open', async () => 1);\n\
            fastify.register(async (inner) => {\n  inner.get('/a', async () => 1);\n  inner.addHook('preHandler', signedIn);\n\
              inner.register(async (deep) => { deep.get('/b', async () => 1); });\n}, { prefix: '/in' });\n\
            fastify.register(async (other) => { other.get('/c', { preHandler: [signedIn], schema: {} }, async () => 1); });\n",
        )],
        &[
            "GET /c: signedIn",
            "GET /in/a: signedIn",
            "GET /in/b: signedIn",
            "GET /open: ",
        ],
    ),
    (
        "middleware of Express by what it does, wherever it is used",
        &[
            ("package.json", r#"{"dependencies": {"express": "^4"}}"#),
            (
                "app.js",
                "const express = require('express');\nconst rateLimit = require('express-rate-limit');\n\
                const { gate, shape, note } = require('./between');\nconst users = require('./users');\n\
                const loginLimiter = rateLimit({ max: 5 });\nconst app = express();\n\
                app.use(express.json());\napp.use(note);\n\
                app.post('/login', loginLimiter, shape({}), users.login);\n\
                app.get('/me', gate, users.me);\n\
                const admin = express.Router();\nadmin.get('/stats', users.stats);\napp.use('/admin', gate, admin);\n\
                app.use('/late', gate);\napp.get('/late/x', users.me);\napp.get('/free', (req, res) => res.json({}));\n\
                app.use(gate);\napp.get('/after', users.me);\n",
            ),
            (
                "between.js",
                "exports.gate = (req, res, next) => { if (!req.headers.authorization) return res.status(401).end(); next(); };\n\
                exports.shape = (schema) => (req, res, next) => { const r = schema.validate(req.body); if (r.error) return res.status(422).end(); next(); };\n\
                exports.note = (req, res, next) => { console.log(req.user); next(); };\n",
            ),
            (
                "users.js",
                "const wrap = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);\n\
                const me = wrap(async (req, res) => res.json({}));\n\
                module.exports = { me, login: async (req, res) => res.json({}), stats: wrap(async (req, res) => res.json({})) };\n",
            ),
        ],
        &[
            "GET /admin/stats: gate",
            "GET /after: gate",
            "GET /free: ",
            "GET /late/x: gate",
            "POST /login: ",
            "GET /me: gate",
        ],
    ),
    (
        "functions before a request, and decorators of Flask",
        &[(
            "app.py",
            "from flask import Flask, Blueprint, abort, g\nfrom flask_login import login_required\nfrom flask_caching import Cache\n\
            app = Flask(__name__)\ncache = Cache(app)\nbp = Blueprint('b', __name__, url_prefix='/b')\n\
            @bp.before_request\ndef known():\n    if not g.user:\n        abort(401)\n\
            @app.before_request\ndef start():\n    g.start = 1\n\
            @app.route('/a')\n@cache.cached(50)\ndef a(): ...\n\
            @app.route('/l')\n@login_required\ndef l(): ...\n\
            @bp.route('/x')\ndef x(): ...\n\
            app.register_blueprint(bp)\n",
        )],
        &["GET /a: ", "GET /b/x: known", "GET /l: login_required"],
    ),
    (
        "guards that a member of `exports` makes and names",
        &[
            (
                "app.js",
                "const express = require('express');\nconst auth = require('./auth');\nconst app = express();\n\
                app.post('/items', auth.isKnown, (req, res) => res.json({}));\n\
                app.delete('/items/:id', [auth.isKnown, auth.isOwner('item')], (req, res) => res.end());\n",
            ),
            (
                "auth.js",
                "exports.isKnown = (req, res, next) => (req.user ? next() : res.sendStatus(401));\n\
                exports.isOwner = (kind) => (req, res, next) => (req.user.owns(kind) ? next() : res.sendStatus(403));\n",
            ),
        ],
        &[
            "POST /items: isKnown",
            "DELETE /items/:id: isKnown, isOwner",
        ],
    ),
];

#[test]
fn guards_are_what_keeps_callers_out() {
    for (what, files, expected) in GUARDS {
        assert_eq!(guards(&of(files)), *expected, "{what}");
    }
}

const ROUTES: &[(&str, Files, &[&str])] = &[
    (
        "a loop over a folder, a function that is handed the application, an application that a function makes",
        &[
            (
                "src/app.js",
                "const express = require('express');\nconst fs = require('fs');\nconst path = require('path');\n\
                const { make } = require('./make');\nconst app = express();\napp.use('/made', make({}));\nrequire('./late')(app);\n\
                fs.readdirSync(path.join(__dirname, 'routes')).filter((file) => file !== 'index.js').forEach((file) => {\n\
                  app.use('/' + path.basename(file, '.js'), require(path.join(__dirname, 'routes', file)));\n});\n",
            ),
            (
                "src/make.js",
                "const express = require('express');\nexports.make = (o) => { const sub = express(); sub.get('/a', f); return sub; };\n",
            ),
            (
                "src/late.js",
                "module.exports = (app) => { app.get('/late', f); };\n",
            ),
            ("src/routes/index.js", "module.exports = {};\n"),
            (
                "src/routes/cats.js",
                "const r = require('express').Router();\nr.get('/all', f);\nmodule.exports = r;\n",
            ),
        ],
        &["/cats/all", "/late", "/made/a"],
    ),
    (
        "an autoload with its options in a field, from a module that has no __dirname",
        &[
            (
                "server.ts",
                "import Fastify from 'fastify';\nimport autoload from '@fastify/autoload';\nimport { join, dirname } from 'node:path';\n\
                import { fileURLToPath } from 'node:url';\nconst here = dirname(fileURLToPath(import.meta.url));\n\
                export class Server {\n  #app = Fastify();\n  #options = { dir: join(here, 'routes'), options: { prefix: '/api' } };\n\
                  async start() {\n    await this.#app.register(autoload, this.#options);\n  }\n}\n",
            ),
            (
                "routes/items/index.ts",
                "export default async function (fastify) {\n  fastify.get('/:id', async () => 1);\n}\n",
            ),
        ],
        &["/api/items/:id"],
    ),
];

#[test]
fn registrations_are_followed() {
    for (what, files, expected) in ROUTES {
        let survey = of(files);
        let found: Vec<&str> = survey
            .routes
            .iter()
            .map(|route| route.path.as_str())
            .collect();
        assert_eq!(found, *expected, "{what}: {:?}", survey.unresolved);
    }
}

const HANDLERS: &[(&str, Files, &[&str])] = &[
    (
        "members, variables, imports and makers name what has no name",
        &[
            (
                "app.js",
                "const express = require('express');\nconst items = require('./items');\nconst { remove } = require('./items');\n\
            const direct = require('./direct');\nconst app = express();\n\
            app.post('/a', items.create);\napp.delete('/b', remove);\napp.get('/c', direct);\napp.get('/d', (req, res) => res.end());\n",
            ),
            (
                "items.js",
                "exports.create = async (req, res) => res.end();\nexports.remove = (req, res) => res.end();\n",
            ),
            ("direct.js", "module.exports = (req, res) => res.end();\n"),
        ],
        &["create", "remove", "direct", "<anonymous>"],
    ),
    (
        "an instance in a private field of a class that nothing makes",
        &[(
            "server.ts",
            "import express, { Express } from 'express';\nexport class Server {\n  readonly #app: Express = express();\n\
              start() {\n    this.#routes();\n  }\n  #routes() {\n    this.#app.get('/ping', this.ping);\n  }\n  ping = () => 1;\n}\n",
        )],
        &["ping"],
    ),
    (
        "an application in a field of a Python class",
        &[(
            "server.py",
            "from fastapi import FastAPI\nclass Server:\n    def __init__(self):\n        self._app = FastAPI()\n\
                \x20   def wire(self):\n        self._app.add_api_route('/ping', self.ping, methods=['GET'])\n    def ping(self): ...\n",
        )],
        &["server.ping"],
    ),
];

#[test]
fn handlers_are_called_as_the_code_calls_them() {
    for (what, files, expected) in HANDLERS {
        let survey = of(files);
        let found: Vec<&str> = survey
            .routes
            .iter()
            .map(|route| route.handler.as_str())
            .collect();
        assert_eq!(found, *expected, "{what}: {:?}", survey.routes);
    }
}

const TABLES: &[(&str, Files, &[&str])] = &[
    (
        "a base of another library, annotated types and an own mixin",
        &[(
            "models.py",
            "import sqlalchemy as sa\nimport sqlalchemy.orm as so\nfrom typing import Annotated\nfrom alchemical import Model\n\
            key = Annotated[int, so.mapped_column(primary_key=True)]\n\
            class Stamped:\n    made: so.Mapped[str] = so.mapped_column(sa.String(9))\n\
            class Boat(Stamped, Model):\n    __tablename__ = 'boats'\n    id: so.Mapped[key]\n    name: so.Mapped[str]\n",
        )],
        &["boats: made id name"],
    ),
    (
        "a database that a factory makes",
        &[
            (
                "db.py",
                "from flask_sqlalchemy import SQLAlchemy\ndef make():\n    return SQLAlchemy()\ndb = make()\n",
            ),
            (
                "models.py",
                "import sqlalchemy\nfrom db import db\nclass Crew(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n",
            ),
        ],
        &["crew: id"],
    ),
    (
        "relations of many to many make tables",
        &[(
            "shop/models.py",
            "from django.db import models\nclass Tag(models.Model): ...\nclass Item(models.Model):\n    tags = models.ManyToManyField(Tag)\n    seen = models.ManyToManyField(Tag, through='Seen')\n",
        )],
        &[
            "shop_tag: id",
            "shop_item_tags: id item_id tag_id",
            "shop_item: id tags seen",
        ],
    ),
    (
        "a schema of several files, and the tables that it implies",
        &[
            (
                "prisma/schema/post.prisma",
                "model Post {\n  id Int @id\n  tags Tag[]\n}\n",
            ),
            (
                "prisma/schema/tag.prisma",
                "model Tag {\n  id Int @id\n  posts Post[]\n}\nview Busy {\n  id Int @unique\n}\n",
            ),
        ],
        &["Post: id tags", "Tag: id posts", "_PostToTag: A B"],
    ),
    (
        "migrations of Sequelize",
        &[(
            "migrations/1-boat.js",
            "module.exports = { up: async (queryInterface, Sequelize) => {\n  await queryInterface.createTable('Boats', { id: { type: Sequelize.INTEGER, primaryKey: true }, name: Sequelize.STRING });\n  await queryInterface.addColumn('Boats', 'size', { type: Sequelize.INTEGER });\n} };\n",
        )],
        &["Boats: id name size"],
    ),
    (
        "migrations of node-pg-migrate",
        &[(
            "migrations/1_boat.js",
            "exports.up = (pgm) => {\n  pgm.createTable('boats', { id: 'id', name: { type: 'text', notNull: true } });\n};\n",
        )],
        &["boats: id name"],
    ),
    (
        "migrations of TypeORM, by builder and as SQL",
        &[(
            "src/migrations/1-boat.ts",
            "import { MigrationInterface, QueryRunner, Table } from 'typeorm';\nexport class Boat1 implements MigrationInterface {\n  async up(queryRunner: QueryRunner) {\n    await queryRunner.createTable(new Table({ name: 'boats', columns: [{ name: 'id', type: 'int', isPrimary: true }] }));\n  }\n}\n",
        )],
        &["boats: id"],
    ),
    (
        "a plain folder of SQL, without its views",
        &[(
            "db/001.sql",
            "CREATE TABLE boats (id serial primary key, name text);\nCREATE VIEW big AS SELECT * FROM boats;\n",
        )],
        &["boats: id name"],
    ),
];

#[test]
fn tables_are_found_whatever_makes_them() {
    for (what, files, expected) in TABLES {
        let survey = of(files);
        let line = |entity: &survey::Entity| {
            let columns: Vec<&str> = entity
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .collect();
            format!("{}: {}", entity.table, columns.join(" "))
        };
        let found: Vec<String> = survey.entities.iter().map(line).collect();
        assert_eq!(found, *expected, "{what}");
    }
}

const OPEN: &[(&str, Files, &[&str])] = &[
    (
        "a framework that the manifest names and no source",
        &[("requirements.txt", "fastapi==0.1\n"), ("a.py", "x = 1\n")],
        &[
            "requirements.txt:1 `fastapi` is a dependency, and no route of it was found: no source file names it",
        ],
    ),
    (
        "a framework that is not followed",
        &[
            ("package.json", r#"{"dependencies": {"restify": "^11"}}"#),
            ("a.js", "const restify = require('restify');\n"),
        ],
        &[
            "package.json:1 `restify` is a dependency, and no route of it was found: the survey does not follow it",
        ],
    ),
    (
        "routers that a loop over an unknown folder uses",
        &[
            ("package.json", r#"{"dependencies": {"express": "^4"}}"#),
            (
                "app.js",
                "const express = require('express');\nconst fs = require('fs');\nconst app = express();\n\
                fs.readdirSync(process.env.ROUTES).forEach((file) => app.use('/x', require(`${process.env.ROUTES}/${file}`)));\n\
                app.get('/a', (req, res) => res.end());\n",
            ),
            (
                "routes/b.js",
                "const router = require('express').Router();\nrouter.get('/b', (req, res) => res.end());\nmodule.exports = router;\n",
            ),
        ],
        &[
            "app.js:4 use of what could not be followed",
            "routes/b.js:1 a router whose use in an application could not be followed",
        ],
    ),
    (
        "controllers that a dynamic module computes",
        &[(
            "app.ts",
            "import { Module, Controller, Get } from '@nestjs/common';\nimport { all } from './all';\n\
            @Controller('a')\nexport class A {\n  @Get()\n  list() {}\n}\n\
            @Module({})\nexport class Dyn {\n  static forRoot(o) {\n    return { module: Dyn, controllers: all(o) };\n  }\n}\n\
            @Module({ imports: [Dyn.forRoot({})] })\nexport class App {}\n",
        )],
        &["app.ts:9 the controllers of a dynamic module"],
    ),
    (
        "the views of another library below a path",
        &[
            ("site/settings.py", "ROOT_URLCONF = 'site.urls'\n"),
            (
                "site/urls.py",
                "from django.urls import path\nfrom ninja import NinjaAPI\napi = NinjaAPI()\nurlpatterns = [path('api/', api.urls)]\n",
            ),
        ],
        &["site/urls.py:4 /api/: the views of ninja.NinjaAPI().urls"],
    ),
    (
        "patterns whose root no settings name",
        &[
            (
                "shop/urls.py",
                "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.a)]\n",
            ),
            ("shop/views.py", "def a(request): ...\n"),
        ],
        &["shop/urls.py:3 no settings name the root of the URL patterns: paths may lack a prefix"],
    ),
];

#[test]
fn no_zero_is_silent() {
    for (what, files, expected) in OPEN {
        let survey = of(files);
        let found: Vec<String> = survey
            .unresolved
            .iter()
            .map(|open| format!("{}:{} {}", open.file, open.line, open.what))
            .collect();
        assert_eq!(found, *expected, "{what}");
    }
}

const COMMANDS: &[(&str, Files, &[&str])] = &[
    (
        "a session of tox says what is looked at",
        &[
            (
                "pyproject.toml",
                "[project]\nname = 'a'\n[project.optional-dependencies]\ndev = ['flake8', 'tox']\n",
            ),
            (
                "tox.ini",
                "[testenv:style]\ncommands =\n    flake8 api tests\n",
            ),
        ],
        &["flake8 api tests", "tox -e style"],
    ),
    (
        "a session of nox",
        &[
            (
                "pyproject.toml",
                "[project]\nname = 'a'\ndependencies = ['ruff']\n",
            ),
            (
                "noxfile.py",
                "import nox\n@nox.session\ndef lint(session):\n    session.install('ruff')\n    session.run('ruff', 'check', 'src')\n",
            ),
        ],
        &["ruff check src", "nox -s lint"],
    ),
    (
        "a hook of the project's own",
        &[
            ("requirements.txt", "flake8\n"),
            (
                ".pre-commit-config.yaml",
                "repos:\n  - repo: local\n    hooks:\n      - id: style\n        entry: flake8 api\n        language: system\n        pass_filenames: false\n",
            ),
        ],
        &["flake8 api"],
    ),
    (
        "a target",
        &[
            ("requirements.txt", "flake8\n"),
            ("Makefile", "lint:\n\tflake8 api\n"),
        ],
        &["make lint"],
    ),
    (
        "a workflow",
        &[
            ("requirements.txt", "flake8\n"),
            (
                ".github/workflows/ci.yml",
                "jobs:\n  a:\n    steps:\n      - run: flake8 api tests\n",
            ),
        ],
        &["flake8 api tests"],
    ),
    (
        "nothing of its own",
        &[("requirements.txt", "flake8\n")],
        &["flake8 ."],
    ),
    (
        "a target behind containers does not stand for the tool",
        &[
            ("requirements.txt", "flake8\n"),
            (
                "Makefile",
                "up:\n\tdocker compose up -d\nlint: up\n\tflake8 api\n",
            ),
        ],
        &["make lint", "flake8 ."],
    ),
];

#[test]
fn the_projects_own_lint_commands_come_first() {
    for (what, files, expected) in COMMANDS {
        let survey = of(files);
        let lint = survey
            .commands
            .iter()
            .filter(|command| command.purpose == survey::Purpose::Lint);
        let found: Vec<&str> = lint.map(|command| command.script.as_str()).collect();
        assert_eq!(found, *expected, "{what}");
    }
}

#[test]
fn a_configuration_that_states_what_is_looked_at_needs_no_path() {
    let rows = [
        (
            "pyproject.toml",
            "[project]\nname = 'a'\ndependencies = ['mypy']\n[tool.mypy]\nfiles = ['shop']\n",
            "mypy",
        ),
        (
            "pyproject.toml",
            "[project]\nname = 'a'\ndependencies = ['mypy']\n[tool.mypy]\nstrict = true\n",
            "mypy .",
        ),
        (
            "setup.cfg",
            "[metadata]\nname = a\n[mypy]\npackages = shop\n",
            "mypy",
        ),
        (
            "setup.cfg",
            "[metadata]\nname = a\n[mypy]\nstrict = true\n",
            "mypy .",
        ),
    ];
    for (file, text, expected) in rows {
        let survey = of(&[
            (file, text),
            ("setup.py", "from setuptools import setup\nsetup()\n"),
        ]);
        let types = survey
            .commands
            .iter()
            .filter(|command| command.purpose == survey::Purpose::TypeCheck);
        let found: Vec<&str> = types.map(|command| command.script.as_str()).collect();
        assert_eq!(found, [expected], "{file}: {text}");
    }
}

#[test]
fn a_name_belongs_to_the_library_that_it_comes_from() {
    let files: Files = &[
        ("requirements.txt", "Django==5\n"),
        (
            "shop/views.py",
            "from django.contrib.auth.decorators import login_required\n@login_required\ndef a(request): ...\n",
        ),
    ];
    let told: Vec<String> = of(files)
        .conventions
        .into_iter()
        .map(|convention| convention.what)
        .collect();
    assert!(
        told.iter()
            .any(|what| what.contains("Django's `login_required`")),
        "{told:?}"
    );
    assert!(!told.iter().any(|what| what.contains("Flask")), "{told:?}");
}
