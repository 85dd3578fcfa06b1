//! Forms that real backends use to register, guard and map: small trees, each with what the survey
//! tells of it.

use crate::kinds::{Files, guards, of};

const GUARDS: &[(&str, Files, &[&str])] = &[
    (
        "Fastify: an instance at the end of a chain, and routes in chains",
        &[
            (
                "server.ts",
                "import { fastify } from 'fastify';\nimport { remove } from './remove';\n\
                const app = fastify().withTypeProvider<Zod>();\napp.get('/ping', async () => 'pong');\napp.register(remove);\n",
            ),
            (
                "remove.ts",
                "import type { FastifyInstance } from 'fastify';\nimport { auth } from './auth';\n\
                export async function remove(app: FastifyInstance) {\n  app.withTypeProvider<Zod>().register(auth).delete('/users/:id', {}, async () => 1);\n}\n",
            ),
            (
                "auth.ts",
                "import { fastifyPlugin } from 'fastify-plugin';\nexport const auth = fastifyPlugin(async (app) => {\n\
                \x20 app.addHook('preHandler', async (request) => { await request.jwtVerify(); });\n});\n",
            ),
        ],
        &["GET /ping: ", "DELETE /users/:id: auth"],
    ),
    (
        "Fastify: a line that hands the request on to a guard bears its name",
        &[(
            "app.js",
            "const fastify = require('fastify')();\n\
            const known = async (request, reply, app) => { if (!request.cookies.session) { reply.status(401); return reply.send({}); } };\n\
            fastify.get('/a', { preHandler: (request, reply, done) => known(request, reply, fastify, done) }, (request, reply) => 1);\n",
        )],
        &["GET /a: known"],
    ),
    (
        "Express: a wrapper bears the name of what it hands requests on to",
        &[
            (
                "wrap.js",
                "module.exports = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);\n",
            ),
            (
                "app.js",
                "const express = require('express');\nconst wrap = require('./wrap');\nconst app = express();\n\
                function admin(req, res, next) { if (req.user.admin) return next(); res.status(401).send({}); }\n\
                function verify(req, res, next) { const errors = check(req); if (errors.isEmpty()) return next(); res.status(400).send({}); }\n\
                app.get('/a', wrap(admin), wrap((req, res) => res.send('')));\napp.post('/b', wrap(verify), wrap((req, res) => res.send('')));\n\
                const ownAdmin = wrap(admin);\napp.put('/b', ownAdmin, f);\n\
                const whole = (fn) => function wrapped(...args) { return Promise.resolve(fn(...args)); };\napp.put('/c', whole(admin), f);\n",
            ),
        ],
        &[
            "GET /a: admin",
            "POST /b: ",
            "PUT /b: ownAdmin",
            "PUT /c: admin",
        ],
    ),
    (
        "Express: who brings no token passes; who has no right is told that there is nothing",
        &[(
            "app.js",
            "const express = require('express');\nconst jwt = require('jsonwebtoken');\nconst app = express();\n\
            function tokenIfAny(req, res, next) {\n  const token = req.headers.authorization;\n\
            \x20 if (token) {\n    try { req.who = jwt.verify(token, 's'); } catch (e) { return res.status(403).send(); }\n    return next();\n  } else {\n    return next();\n  }\n}\n\
            function adminOnlyView(req, res, next) {\n  if (!req.user.isAdminOrUp) {\n    return res.sendStatus(404);\n  }\n  next();\n}\n\
            function load(req, res, next) {\n  req.item = find(req.params.id);\n  if (!req.item) {\n    return res.sendStatus(404);\n  }\n  next();\n}\n\
            app.get('/a', tokenIfAny, f);\napp.get('/b', adminOnlyView, f);\napp.get('/c', load, f);\n",
        )],
        &["GET /a: ", "GET /b: adminOnlyView", "GET /c: "],
    ),
    (
        "Hono: a middleware without a name that hands over to a library's guard",
        &[(
            "app.ts",
            "import { Hono } from 'hono';\nimport { bearerAuth } from 'hono/bearer-auth';\nconst app = new Hono();\n\
            app.use('*', async (c, next) => { return bearerAuth({ token: 'x' })(c, next); });\napp.get('/a', async (c) => c.text(''));\nexport default app;\n",
        )],
        &["GET /a: bearerAuth"],
    ),
    (
        "Nest: guards for all by the text of their token, one that lets everybody pass, one that asks for roles",
        &[(
            "app.ts",
            "import { CanActivate, Controller, Delete, Get, Module, SetMetadata } from '@nestjs/common';\n\
            class LanguageGuard implements CanActivate {\n  canActivate(context) {\n    const request = context.switchToHttp().getRequest();\n\
            \x20   request.language = request.headers['accept-language'] || 'en';\n    return true;\n  }\n}\n\
            class AuthGuard implements CanActivate {\n  canActivate(context) {\n    if (this.reflector.get('isPublic', context.getHandler())) return true;\n\
            \x20   if (!context.switchToHttp().getRequest().headers.authorization) throw new UnauthorizedException();\n    return true;\n  }\n}\n\
            class RolesGuard implements CanActivate {\n  canActivate(context) {\n    const roles = this.reflector.get('roles', context.getHandler());\n\
            \x20   if (!roles) {\n      return true;\n    }\n    return roles.includes(context.switchToHttp().getRequest().user.role);\n  }\n}\n\
            const Public = () => SetMetadata('isPublic', true);\nconst Roles = (...roles) => SetMetadata('roles', roles);\n\
            @Controller('a')\nclass A {\n  @Public()\n  @Get('open')\n  open() {}\n  @Get()\n  list() {}\n  @Roles('admin')\n  @Delete()\n  remove() {}\n}\n\
            @Module({ controllers: [A], providers: [{ provide: 'APP_GUARD', useClass: LanguageGuard },\n\
            \x20 { provide: 'APP_GUARD', useClass: AuthGuard }, { provide: 'APP_GUARD', useClass: RolesGuard }] })\nexport class App {}\n",
        )],
        &[
            "DELETE /a: AuthGuard, RolesGuard",
            "GET /a: AuthGuard",
            "GET /a/open: ",
        ],
    ),
    (
        "FastAPI: what loads, lists or lays out keeps nobody out",
        &[(
            "app.py",
            "from fastapi import Depends, FastAPI, HTTPException, Request\napp = FastAPI()\n\
            async def get_current_tenant(request: Request):\n    tenant = TENANTS.get(request.path_params.get('slug'))\n\
            \x20   if tenant is None:\n        raise HTTPException(status_code=400)\n    return tenant\n\
            async def get_context(tenant=Depends(get_current_tenant)):\n    return {'tenant': tenant}\n\
            async def get_paginated_roles(page: int = 0):\n    return list(ROLES)[page:]\n\
            async def get_role_or_404(id: int):\n    if id not in ROLES:\n        raise HTTPException(404)\n    return ROLES[id]\n\
            async def is_admin(session=Depends(get_context)):\n    if session is None:\n        raise HTTPException(status_code=401)\n\
            @app.get('/a')\ndef a(context=Depends(get_context), roles=Depends(get_paginated_roles)): ...\n\
            @app.get('/b', dependencies=[Depends(is_admin)])\ndef b(role=Depends(get_role_or_404)): ...\n",
        )],
        &["GET /a: ", "GET /b: is_admin"],
    ),
    (
        "Flask: the session of a database is not the caller's",
        &[
            (
                "db.py",
                "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n",
            ),
            (
                "app.py",
                "from functools import wraps\nfrom flask import Flask, abort, request\nfrom db import db\napp = Flask(__name__)\n\
                def paginated_response(f):\n    @wraps(f)\n    def paginate(*args, **kwargs):\n        if request.args.get('limit', 1) <= 0:\n\
                \x20           abort(400)\n        return list(db.session.scalars(f(*args, **kwargs)))\n    return paginate\n\
                @app.route('/a')\n@paginated_response\ndef a(): ...\n",
            ),
        ],
        &["GET /a: "],
    ),
    (
        "Node's own aliases lead to files of the project",
        &[
            (
                "package.json",
                r##"{"imports": {"#routes/*": "./src/routes/*.js", "#*": {"default": "./src/*"}}}"##,
            ),
            (
                "src/app.js",
                "import fastify from 'fastify';\nimport users from '#routes/users';\nimport health from '#http/health.js';\n\
                const app = fastify();\napp.register(users);\napp.register(health, { prefix: '/api' });\n",
            ),
            (
                "src/routes/users.js",
                "export default async (app) => { app.get('/users', async () => 1); };\n",
            ),
            (
                "src/http/health.js",
                "export default async (app) => { app.get('/health', async () => 1); };\n",
            ),
        ],
        &["GET /api/health: ", "GET /users: "],
    ),
    (
        "Django: views that decorate themselves, and permissions that the action decides",
        &[
            (
                "site/settings.py",
                "ROOT_URLCONF = 'site.urls'\nREST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n",
            ),
            (
                "site/urls.py",
                "from django.contrib.auth import views\nfrom django.urls import include, path\nfrom rest_framework.routers import SimpleRouter\n\
                from site.own import Boats\nrouter = SimpleRouter()\nrouter.register('boats', Boats)\n\
                urlpatterns = [path('done/', views.PasswordChangeDoneView.as_view()), path('api/', include(router.urls))]\n",
            ),
            (
                "site/own.py",
                "from rest_framework import mixins, viewsets\nfrom rest_framework.decorators import action\nfrom rest_framework.permissions import AllowAny\n\
                class Boats(mixins.ListModelMixin, viewsets.GenericViewSet):\n    def get_permissions(self):\n        if self.action == 'shared':\n\
                \x20           return [AllowAny()]\n        return super().get_permissions()\n    @action(methods=['get'], detail=False)\n    def shared(self, request): ...\n",
            ),
        ],
        &[
            "GET /api/boats/: IsAuthenticated",
            "GET /api/boats/shared/: ",
            "GET /done/: login_required",
        ],
    ),
];

#[test]
fn guards_and_routes_in_the_forms_of_real_backends() {
    for (what, files, expected) in GUARDS {
        assert_eq!(guards(&of(files)), *expected, "{what}");
    }
}

const TABLES: &[(&str, Files, &[&str])] = &[
    (
        "Sequelize: classes that make themselves known, and references",
        &[
            (
                "book.js",
                "const { DataTypes, Model } = require('sequelize');\nclass Book extends Model {\n  static init(sequelize) {\n\
                \x20   super.init({ bookId: { type: DataTypes.UUID, primaryKey: true },\n\
                \x20     shelfId: { type: DataTypes.UUID, references: { model: 'shelves', key: 'shelf_id' } } },\n\
                \x20     { sequelize, modelName: 'book', underscored: true });\n  }\n}\nmodule.exports = Book;\n",
            ),
            (
                "db.js",
                "const { Sequelize } = require('sequelize');\nconst sequelize = new Sequelize({});\nrequire('./book').init(sequelize);\n",
            ),
        ],
        &["books: book_id shelf_id>fk:shelves.shelf_id created_at updated_at"],
    ),
    (
        "Knex: a reference in a statement of its own",
        &[(
            "migrations/1.js",
            "exports.up = (knex) => knex.schema.createTable('links', (table) => {\n  table.increments('id');\n  table.integer('user_id');\n\
            \x20 table.foreign('user_id').references('id').inTable('users');\n});\n",
        )],
        &["links: id user_id>fk:users.id"],
    ),
    (
        "Drizzle: a reference to a property is one to its column",
        &[(
            "schema.ts",
            "import { pgTable, serial, bigint } from 'drizzle-orm/pg-core';\n\
            export const a = pgTable('a', { outerId: bigint('outer_id').unique() });\n\
            export const b = pgTable('b', { aId: bigint('a_id').references(() => a.outerId) });\n",
        )],
        &["a: outer_id", "b: a_id>fk:a.outer_id"],
    ),
    (
        "Prisma: one set of models for several databases is one",
        &[
            (
                "prisma/mysql/schema.prisma",
                "datasource db {\n  provider = \"mysql\"\n}\nmodel User {\n  id Int @id\n}\n",
            ),
            (
                "prisma/sqlite/schema.prisma",
                "datasource db {\n  provider = \"sqlite\"\n}\nmodel User {\n  id Int @id\n}\n",
            ),
            (
                "services/mail/schema.prisma",
                "datasource db {\n  provider = \"sqlite\"\n}\nmodel Mail {\n  id Int @id\n}\n",
            ),
        ],
        &["User: id", "Mail: id"],
    ),
];

#[test]
fn tables_and_references_in_the_forms_of_real_backends() {
    for (what, files, expected) in TABLES {
        let column = |column: &survey::Column| match column.references.as_str() {
            "" => column.name.clone(),
            target => format!("{}>{target}", column.name),
        };
        let line = |entity: &survey::Entity| {
            let columns: Vec<String> = entity.columns.iter().map(column).collect();
            format!("{}: {}", entity.table, columns.join(" "))
        };
        let found: Vec<String> = of(files).entities.iter().map(line).collect();
        assert_eq!(found, *expected, "{what}");
    }
}

#[test]
fn procedures_of_trpc_are_operations() {
    let files: Files = &[
        (
            "trpc.ts",
            "import { initTRPC, TRPCError } from '@trpc/server';\nconst t = initTRPC.create();\nexport const router = t.router;\n\
            export const open = t.procedure;\nconst requireUser = t.middleware(async ({ ctx, next }) => {\n\
            \x20 if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED' });\n  return next({ ctx });\n});\nexport const own = open.use(requireUser);\n",
        ),
        (
            "polls.ts",
            "import { own, open, router } from './trpc';\nexport const polls = router({\n  get: open.input(z).query(({ input }) => input),\n\
            \x20 add: own.input(z).mutation(({ input }) => input),\n});\n",
        ),
        (
            "index.ts",
            "import { open, router } from './trpc';\nimport { polls } from './polls';\nimport { far } from 'elsewhere';\n\
            export const all = router({ polls, health: open.query(() => 1), far });\n",
        ),
    ];
    let survey = of(files);
    let line =
        |one: &survey::Operation| format!("{} {}: {}", one.kind, one.name, one.guards.join(", "));
    let mut found: Vec<String> = survey.operations.iter().map(line).collect();
    found.sort();
    assert_eq!(
        found,
        [
            "mutation polls.add: requireUser",
            "query health: ",
            "query polls.get: "
        ]
    );
    let told: Vec<&str> = survey
        .unresolved
        .iter()
        .map(|open| open.what.as_str())
        .collect();
    assert_eq!(told, ["the tRPC procedures of `far`"]);
}

#[test]
fn a_driver_whose_collections_are_not_read_is_told() {
    let files: Files = &[
        ("package.json", r#"{"dependencies": {"mongodb": "^6"}}"#),
        ("db.js", "const { MongoClient } = require('mongodb');\n"),
    ];
    let survey = of(files);
    assert_eq!(survey.unresolved.len(), 1, "{:?}", survey.unresolved);
}

#[test]
fn letters_inside_a_word_name_no_framework() {
    let files: Files = &[(
        "app.py",
        "from flask import Flask\napp = Flask(__name__)\ndef evaluate_expression(x): ...\n",
    )];
    assert_eq!(of(files).frameworks, ["Flask"]);
}
