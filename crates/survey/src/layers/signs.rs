//! Table: words of names and marks in texts by which layers are told.

use super::Layer;

/// Words in names of files and folders.
pub(super) const NAMES: [(Layer, &[&str]); 7] = [
    (
        Layer::Repositories,
        &[
            "repository",
            "repositories",
            "repo",
            "repos",
            "dao",
            "daos",
            "crud",
            "dal",
            "queries",
            "selectors",
            "gateways",
        ],
    ),
    (
        Layer::Services,
        &[
            "service",
            "services",
            "usecase",
            "usecases",
            "use-case",
            "use-cases",
            "interactor",
            "interactors",
        ],
    ),
    (
        Layer::Schemas,
        &[
            "schema",
            "schemas",
            "dto",
            "dtos",
            "serializer",
            "serializers",
            "validation",
            "validations",
            "validator",
            "validators",
            "forms",
            "form",
            "payloads",
            "contracts",
        ],
    ),
    (
        Layer::Middleware,
        &[
            "middleware",
            "middlewares",
            "guard",
            "guards",
            "interceptor",
            "interceptors",
            "filter",
            "filters",
            "pipe",
            "pipes",
            "plugins",
            "hooks",
            "permissions",
            "exception_handlers",
            "exception-handlers",
        ],
    ),
    (
        Layer::Controllers,
        &[
            "controller",
            "controllers",
            "handler",
            "handlers",
            "views",
            "viewsets",
            "view",
            "resolver",
            "resolvers",
        ],
    ),
    (
        Layer::Routes,
        &[
            "route",
            "routes",
            "router",
            "routers",
            "urls",
            "endpoints",
            "routing",
        ],
    ),
    (
        Layer::Utilities,
        &[
            "util",
            "utils",
            "utilities",
            "helper",
            "helpers",
            "lib",
            "libs",
            "common",
            "shared",
            "tools",
        ],
    ),
];

/// Words that mean something between request and handler in scripts alone.
pub(super) const OF_SCRIPTS: [&str; 11] = [
    "filter",
    "filters",
    "pipe",
    "pipes",
    "plugins",
    "hooks",
    "guard",
    "guards",
    "interceptor",
    "interceptors",
    "plugin",
];

/// Marks of an application being made.
pub(super) const COMPOSES: [&str; 8] = [
    "express()",
    "FastAPI(",
    "Flask(",
    "NestFactory",
    "fastify(",
    "Fastify(",
    "create_app(",
    "new Koa(",
];

/// Folder names that say nothing of the files in them, since whole projects are called so.
pub(super) const WEAK_FOLDERS: [&str; 9] = [
    "lib",
    "libs",
    "plugins",
    "tools",
    "filters",
    "common",
    "shared",
    "resources",
    "hooks",
];

/// Marks of registration: a line with one says which path leads to what.
pub(super) const REGISTERS: [&str; 18] = [
    "urlpatterns",
    "@router.",
    "@app.get(",
    "@app.post(",
    "@app.route(",
    "@api.route(",
    ".route(",
    "APIRouter(",
    "router.get(",
    "router.post(",
    "router.put(",
    "router.delete(",
    "router.patch(",
    "router.use(",
    "app.get(",
    "app.post(",
    "fastify.get(",
    "fastify.post(",
];

/// Marks of a query to the store.
pub(super) const QUERIES: [&str; 26] = [
    "session.query(",
    "session.execute(",
    "session.exec(",
    "session.scalars(",
    "db.execute(",
    "db.query(",
    ".objects.filter(",
    ".objects.get(",
    ".objects.create(",
    ".objects.all(",
    "select(",
    ".query.filter",
    "prisma.",
    "knex(",
    ".findOne(",
    ".findAll(",
    ".findMany(",
    ".findUnique(",
    "getRepository(",
    "createQueryBuilder(",
    "db.select(",
    "db.insert(",
    ".aggregate([",
    "cursor.execute(",
    "conn.fetch",
    "connection.fetch",
];

/// Marks of what stands before a handler.
pub(super) const BETWEEN: [&str; 19] = [
    "BaseHTTPMiddleware",
    "MiddlewareMixin",
    "implements CanActivate",
    "implements NestMiddleware",
    "implements NestInterceptor",
    "implements ExceptionFilter",
    "implements PipeTransform",
    "get_response(request)",
    "(req, res, next) =>",
    "(err, req, res, next)",
    "next: NextFunction",
    "BasePermission)",
    "@app.middleware(",
    "addHook('onRequest'",
    "addHook('preHandler'",
    "addHook(\"onRequest\"",
    "addHook(\"preHandler\"",
    "decorateRequest(",
    "jwtVerify(",
];

/// Signs of requests and what hands them on.
pub(super) const REQUESTS: [&str; 12] = [
    "req,",
    "req:",
    "request",
    "Request",
    "reply",
    "next(",
    "ctx",
    "ExecutionContext",
    "canActivate",
    "@Injectable(",
    "@Catch(",
    "PipeTransform",
];

/// Marks of shapes of requests and answers.
pub(super) const SHAPES: [&str; 14] = [
    "(BaseModel)",
    "(Schema)",
    "ma.Schema",
    "serializers.ModelSerializer",
    "serializers.Serializer",
    "z.object(",
    "Joi.object(",
    "@IsString(",
    "@IsNotEmpty(",
    "@IsEmail(",
    "Type.Object(",
    "yup.object(",
    "class-validator",
    "express-validator",
];

/// Packages that tell of code for a browser.
pub(super) const BROWSER: [&str; 10] = [
    "react",
    "vue",
    "@angular/core",
    "svelte",
    "preact",
    "solid-js",
    "jquery",
    "alpinejs",
    "htmx.org",
    "@docusaurus/core",
];
pub(super) const SERVER: [&str; 8] = [
    "express",
    "fastify",
    "@nestjs/core",
    "koa",
    "hono",
    "@hapi/hapi",
    "apollo-server",
    "@apollo/server",
];

/// Returns whether a text has one of the marks.
pub(super) fn has_any_mark(text: &str, marks: &[&str]) -> bool {
    marks.iter().any(|mark| text.contains(mark))
}
