//! Guards that let strangers pass, and other ways in which a tree looks guarded and is not, or the
//! reverse: what the survey tells of each.

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
        "Nest: guards that answer strangers, too",
        &[(
            "app.ts",
            r#"import { Controller, Get, UseGuards, Injectable, CanActivate, Module } from '@nestjs/common';
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
  @UseGuards(RolesGuard) @Get('roles') c() {}
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
        ],
    ),
];

#[test]
fn what_lets_strangers_pass_is_no_guard() {
    for (what, files, expected) in STRANGERS {
        assert_eq!(guards(&of(files)), *expected, "{what}");
    }
}
