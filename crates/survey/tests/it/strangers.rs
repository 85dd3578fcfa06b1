//! Guards that let strangers pass, and other ways in which a tree looks guarded and is not, or the
//! reverse: what the survey tells of each.

use survey::{RouteOrigin, Siblings, guarded_siblings};

use crate::kinds::{Files, guards, of};

const STRANGERS: &[(&str, Files, &[&str])] = &[
    (
        "FastAPI: a dependency that gives nothing to those who bring nothing",
        &[(
            "app.py",
            r#"from fastapi import FastAPI, Depends, HTTPException, Header
from fastapi.security import OAuth2PasswordBearer, HTTPBearer
app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="t")
loose = OAuth2PasswordBearer(tokenUrl="t", auto_error=False)
def optional_user(token: str | None = Depends(loose)):
    if not token:
        return None
    user = decode(token)
    if not user:
        raise HTTPException(status_code=401)
    return user
def must(token: str | None = Depends(loose)):
    if not token:
        raise HTTPException(status_code=401)
    return decode(token)
def on_top(user = Depends(must)):
    if user is None:
        return None
    return user
@app.get("/optional")
def a(u=Depends(optional_user)): ...
@app.get("/must")
def b(u=Depends(must)): ...
@app.get("/ontop")
def c(u=Depends(on_top)): ...
@app.get("/loose")
def d(u=Depends(loose)): ...
@app.get("/scheme")
def e(u=Depends(scheme)): ...
"#,
        )],
        &[
            "GET /loose: ",
            "GET /must: must",
            "GET /ontop: on_top",
            "GET /optional: ",
            "GET /scheme: scheme",
        ],
    ),
    (
        "Express: middleware that sends strangers on",
        &[(
            "app.js",
            r#"const express = require('express');
const jwt = require('jsonwebtoken');
const { expressjwt } = require('express-jwt');
const passport = require('passport');
const app = express();
const optionalAuth = (req, res, next) => {
  const token = req.headers.authorization;
  if (!token) return next();
  try { req.user = jwt.verify(token, 'x'); next(); } catch (e) { return res.status(401).end(); }
};
const looseAuth = (req, res, next) => {
  const token = req.headers.authorization;
  if (token) {
    try { req.user = jwt.verify(token, 'x'); } catch (e) { return res.status(401).end(); }
  }
  next();
};
const strictAuth = (req, res, next) => {
  const token = req.headers.authorization;
  if (token) {
    try { req.user = jwt.verify(token, 'x'); return next(); } catch (e) { return res.status(401).end(); }
  }
  return res.status(401).end();
};
function ensureAuthenticated(req, res, next) {
  if (req.isAuthenticated()) { return next(); }
  res.redirect('/login');
}
const roles = (...r) => (req, res, next) => {
  if (!r.length) return next();
  if (!r.includes(req.user.role)) return res.status(403).end();
  next();
};
app.get('/optional', optionalAuth, h);
app.get('/loose', looseAuth, h);
app.get('/strict', strictAuth, h);
app.get('/ensure', ensureAuthenticated, h);
app.get('/roles', roles('a'), h);
app.get('/ejwt', expressjwt({ secret: 'x', algorithms: ['HS256'], credentialsRequired: false }), h);
app.get('/ejwt2', expressjwt({ secret: 'x', algorithms: ['HS256'] }), h);
app.get('/anon', passport.authenticate(['jwt', 'anonymous'], { session: false }), h);
app.get('/pass', passport.authenticate('jwt', { session: false }), h);
"#,
        )],
        &[
            "GET /anon: ",
            "GET /ejwt: ",
            "GET /ejwt2: expressjwt",
            "GET /ensure: ensureAuthenticated",
            "GET /loose: ",
            "GET /optional: ",
            "GET /pass: authenticate",
            "GET /roles: roles",
            "GET /strict: strictAuth",
        ],
    ),
    (
        "Flask: what runs before each request and asks only those who are known, or nobody",
        &[(
            "app.py",
            "from flask import Flask, abort, request, session\napp = Flask(__name__)\n\
            def authed():\n    return bool(session.get('id', False))\n\
            @app.before_request\ndef importing():\n    if busy():\n        return 'busy', 403\n\
            @app.before_request\ndef banned():\n    if authed():\n        if lookup().banned:\n            return 'banned', 403\n\
            @app.before_request\ndef tokens():\n    token = request.headers.get('Authorization')\n\
            \x20   if token and request.is_json:\n        try:\n            find(token)\n        except Exception:\n            abort(401)\n\
            @app.before_request\ndef csrf():\n    if session['nonce'] != request.form.get('nonce'):\n        abort(403)\n\
            @app.route('/a')\ndef a(): ...\n",
        )],
        &["GET /a: "],
    ),
    (
        "Flask: what runs before each request and turns strangers away",
        &[(
            "app.py",
            "from flask import Flask, abort, session\napp = Flask(__name__)\n\
            @app.before_request\ndef strict():\n    if not session.get('id'):\n        abort(403)\n\
            @app.route('/a')\ndef a(): ...\n",
        )],
        &["GET /a: strict"],
    ),
    (
        "Express: middleware that is seen to send everybody on, whatever its name",
        &[(
            "app.js",
            "const express = require('express');\nconst jwt = require('jsonwebtoken');\nconst check = require('outside');\nconst app = express();\n\
            const jwtNotes = (req, res, next) => {\n  if (open()) note(req);\n  next();\n};\n\
            const known = (req, res, next) => {\n  const token = req.cookies.token;\n  if (token && !seen.has(token)) {\n\
            \x20   jwt.verify(token, 'x', (err) => { if (err) throw err; });\n  }\n  next();\n};\n\
            const authorize = (req, res, next) => {\n  check.requireToken(req, res);\n  next();\n};\n\
            app.get('/a', jwtNotes, f);\napp.get('/b', known, f);\napp.get('/c', authorize, f);\n",
        )],
        &["GET /a: ", "GET /b: ", "GET /c: authorize"],
    ),
    (
        "Nest: guards that answer strangers, too",
        &[(
            "app.ts",
            r#"import { Controller, Get, UseGuards, Injectable, CanActivate, Module, SetMetadata } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
@Injectable()
export class OptionalJwtGuard extends AuthGuard('jwt') { handleRequest(err, user) { return user; } }
@Injectable()
export class JwtGuard extends AuthGuard('jwt') { handleRequest(err, user) { if (err || !user) throw err || new UnauthorizedException(); return user; } }
@Injectable()
export class RolesGuard implements CanActivate { canActivate(ctx) { const roles = this.reflector.get('roles', ctx.getHandler()); if (!roles) { return true; } const request = ctx.switchToHttp().getRequest(); return roles.includes(request.user.role); } }
@Injectable()
export class LooseGuard implements CanActivate { canActivate(ctx) { const request = ctx.switchToHttp().getRequest(); if (!request.headers.authorization) return true; throw new UnauthorizedException(); } }
@Controller('c')
export class C {
  @UseGuards(OptionalJwtGuard) @Get('optional') a() {}
  @UseGuards(JwtGuard) @Get('jwt') b() {}
  @UseGuards(RolesGuard) @SetMetadata('roles', ['keeper']) @Get('roles') c() {}
  @UseGuards(RolesGuard) @Get('rows') e() {}
  @UseGuards(LooseGuard) @Get('loose') d() {}
}
@Module({ controllers: [C] })
export class App {}
"#,
        )],
        &[
            "GET /c/jwt: JwtGuard",
            "GET /c/loose: ",
            "GET /c/optional: ",
            "GET /c/roles: RolesGuard",
            "GET /c/rows: ",
        ],
    ),
];

const WAYS: &[(&str, Files, &[&str])] = &[
    (
        "FastAPI: an application that a function makes of what a file without a mark hands it",
        &[
            (
                "app/main.py",
                "from .api import router\nfrom .setup import make\napp = make(router)\n",
            ),
            (
                "app/setup.py",
                "from fastapi import APIRouter, FastAPI\ndef make(router: APIRouter) -> FastAPI:\n\
                \x20   application = FastAPI()\n    application.include_router(router)\n    return application\n",
            ),
            (
                "app/api.py",
                "from fastapi import APIRouter\nrouter = APIRouter(prefix='/api')\n@router.get('/a')\ndef a(): ...\n",
            ),
        ],
        &["GET /api/a: "],
    ),
    (
        "FastAPI: what a class of routes and those above it depend on",
        &[(
            "a.py",
            r#"from fastapi import FastAPI, Depends, APIRouter, HTTPException
from fastapi_utils.cbv import cbv
app = FastAPI()
router = APIRouter()
def must(token: str = ""):
    if not token: raise HTTPException(status_code=401)
class Base:
    user: int = Depends(must)
@cbv(router)
class A(Base):
    @router.get("/a")
    def a(self): ...
@cbv(router)
class B:
    def __init__(self, user=Depends(must)): ...
    @router.get("/b")
    def b(self): ...
@cbv(router)
class C:
    @router.get("/c")
    def c(self): ...
app.include_router(router)
"#,
        )],
        &["GET /a: must", "GET /b: must", "GET /c: "],
    ),
    (
        "Flask: a prefix that the classes of settings give",
        &[
            (
                "config.py",
                "import flask\nclass Base:\n    SHOP_PREFIX = '/shop'\nclass Late(Base):\n    SHOP_PREFIX = '/shop'\n",
            ),
            (
                "app.py",
                "from flask import Flask, Blueprint\napp = Flask(__name__)\nshop = Blueprint('shop', __name__)\n\
                @shop.route('/a')\ndef a(): ...\napp.register_blueprint(shop, url_prefix=app.config['SHOP_PREFIX'])\n",
            ),
        ],
        &["GET /shop/a: "],
    ),
    (
        "Fastify: a folder that desm joins, and a hook without a name",
        &[
            (
                "app.js",
                "import Fastify from 'fastify'\nimport autoload from '@fastify/autoload'\nimport { join } from 'desm'\n\
                import keep from './keep.js'\nconst app = Fastify()\n\
                app.register(autoload, { dir: join(import.meta.url, 'routes') })\n",
            ),
            (
                "keep.js",
                "export default async function (request, reply) {\n  if (!request.headers.authorization) reply.code(401).send()\n}\n",
            ),
            (
                "routes/a.js",
                "import keep from '../keep.js'\nexport default async function (fastify) {\n  fastify.get('/a', { preHandler: keep }, async () => 1)\n}\n",
            ),
        ],
        &["GET /a: keep"],
    ),
    (
        "Django: a view of a library is what answers, not what stands before it",
        &[
            ("site/settings.py", "ROOT_URLCONF = 'site.urls'\n"),
            (
                "site/urls.py",
                "from django.urls import path\nfrom shop.views import Login\nurlpatterns = [path('login/', Login.as_view())]\n",
            ),
            (
                "shop/views.py",
                "from rest_framework_jwt.views import ObtainJSONWebTokenView\nclass Login(ObtainJSONWebTokenView):\n    def post(self, request): ...\n",
            ),
        ],
        &["POST /login/: "],
    ),
];

#[test]
fn what_guards_and_what_registers_is_followed() {
    for (what, files, expected) in WAYS {
        assert_eq!(guards(&of(files)), *expected, "{what}");
    }
}

#[test]
fn what_lets_strangers_pass_is_no_guard() {
    for (what, files, expected) in STRANGERS {
        assert_eq!(guards(&of(files)), *expected, "{what}");
    }
}

#[test]
fn views_of_libraries_are_told_apart() {
    let files: Files = &[
        ("site/settings.py", "ROOT_URLCONF = 'site.urls'\n"),
        (
            "site/urls.py",
            "from django.urls import path\nfrom django.views.i18n import JavaScriptCatalog\nfrom shop.views import News, own\n\
            urlpatterns = [path('own/', own), path('news/', News()), path('words/', JavaScriptCatalog.as_view())]\n",
        ),
        (
            "shop/views.py",
            "from django.contrib.syndication.views import Feed\nclass News(Feed): ...\ndef own(request): ...\n",
        ),
    ];
    let told: Vec<(String, RouteOrigin)> = of(files)
        .routes
        .into_iter()
        .map(|route| (route.path, route.origin))
        .collect();
    assert_eq!(
        told,
        [
            ("/news/".to_owned(), RouteOrigin::Project),
            ("/own/".to_owned(), RouteOrigin::Project),
            ("/words/".to_owned(), RouteOrigin::Library)
        ]
    );
}

#[test]
fn a_route_without_a_guard_among_guarded_ones_is_told() {
    let files: Files = &[(
        "app.py",
        "from flask import Flask\nfrom flask_login import login_required\napp = Flask(__name__)\n\
        @app.get('/s/a')\n@login_required\ndef a(): ...\n@app.get('/s/b')\n@login_required\ndef b(): ...\n\
        @app.get('/s/c')\n@login_required\ndef c(): ...\n@app.get('/s/d')\ndef d(): ...\n",
    )];
    let routes = of(files).routes;
    let told: Vec<_> = routes
        .iter()
        .filter_map(|route| Some((route.path.as_str(), guarded_siblings(&routes, route)?)))
        .collect();
    let all = Siblings { guarded: 3, all: 3 };
    assert_eq!(told, [("/s/d", all)]);
}
