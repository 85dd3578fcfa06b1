//! Table: what stands in code that follows a convention. A line is found by one of the needles.

use std::collections::BTreeMap;

use super::{Convention, Ground, Hit, Topic, best, files_of};
use crate::layers::Layer;

/// A convention and the text by which it is known.
pub(super) struct Mark {
    pub(super) topic: Topic,
    pub(super) python: bool,
    pub(super) what: &'static str,
    pub(super) needles: &'static [&'static str],
}

/// What a file must name as well for a mark to mean what it says: a name belongs to the library that it comes from, and
/// plain TypeScript has `constructor(private …)`, too. By how a mark's words begin.
const NEEDS: [(&str, &[&str]); 16] = [
    ("Nest", &["@nestjs/"]),
    ("a Nest", &["@nestjs/"]),
    ("Fastify", &["fastify", "Fastify"]),
    ("Flask-Login", &["flask_login"]),
    ("Flask", &["flask"]),
    ("FastAPI", &["fastapi"]),
    ("OAuth2 bearer tokens of FastAPI", &["fastapi"]),
    ("dependencies that check permissions", &["fastapi"]),
    ("parameters declared with", &["fastapi"]),
    (
        "an authentication class of Django REST",
        &["rest_framework", "REST_FRAMEWORK"],
    ),
    ("permission classes of Django REST", &["rest_framework"]),
    ("Django", &["django", "rest_framework", "REST_FRAMEWORK"]),
    ("Pydantic", &["pydantic", "sqlmodel"]),
    (
        "marshmallow",
        &["marshmallow", "webargs", "flask_smorest", "apiflask", "ma."],
    ),
    ("winston", &["winston"]),
    ("pino", &["pino"]),
];

impl Mark {
    /// Whether a file with this text may follow the convention.
    pub(super) fn fits(&self, text: &str) -> bool {
        let is_named = |first: &str| {
            let rest = self.what.strip_prefix(first);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\'']))
        };
        let needed = NEEDS
            .iter()
            .find(|(first, _)| !self.topic_is_of_tests() && is_named(first));
        needed.is_none_or(|(_, names)| names.iter().any(|name| text.contains(name)))
    }

    pub(super) fn topic_is_of_tests(&self) -> bool {
        matches!(self.topic, Topic::TestStyle)
    }
}

const fn py(topic: Topic, what: &'static str, needles: &'static [&'static str]) -> Mark {
    Mark {
        topic,
        python: true,
        what,
        needles,
    }
}

const fn js(topic: Topic, what: &'static str, needles: &'static [&'static str]) -> Mark {
    Mark {
        topic,
        python: false,
        what,
        needles,
    }
}

use Topic::{
    Answers, Authentication, Authorization, ErrorBody, ErrorHandlers, ErrorTypes, Injection,
    Logging, TestStyle, Validation,
};

/// All marks. Those whose `what` is empty only say where to look closer.
pub(super) const MARKS: &[Mark] = &[
    py(ErrorTypes, "", &["raise "]),
    js(ErrorTypes, "", &["throw new "]),
    js(
        ErrorTypes,
        "errors are handed to `next(…)`",
        &["next(err", "next(new ", "next(error"],
    ),
    py(
        ErrorHandlers,
        "FastAPI exception handlers",
        &[".exception_handler(", "add_exception_handler("],
    ),
    py(
        ErrorHandlers,
        "Flask error handlers",
        &["errorhandler(", "register_error_handler("],
    ),
    py(
        ErrorHandlers,
        "Django REST framework's exception handler",
        &["EXCEPTION_HANDLER", "def exception_handler"],
    ),
    py(
        ErrorHandlers,
        "Django's handlers for error pages",
        &["handler404", "handler500"],
    ),
    py(
        ErrorHandlers,
        "errors are caught in middleware",
        &["def process_exception"],
    ),
    js(
        ErrorHandlers,
        "an error middleware with four parameters",
        &[
            "(err, req, res, next)",
            "(error, req, res, next)",
            "(err: any, req",
            "err: Error,",
            "error: Error,",
            "(err, _req, res, _next)",
            "ErrorRequestHandler",
        ],
    ),
    js(
        ErrorHandlers,
        "a Nest exception filter",
        &["implements ExceptionFilter", "@Catch("],
    ),
    js(
        ErrorHandlers,
        "Fastify's error handler",
        &["setErrorHandler("],
    ),
    js(
        ErrorHandlers,
        "handlers are wrapped so that rejections reach the error middleware",
        &[
            "catchAsync(",
            "asyncHandler(",
            "express-async-errors",
            "tryCatch(",
            "TryCatch(",
        ],
    ),
    py(Validation, "Pydantic models", &["(BaseModel)"]),
    py(
        Validation,
        "Pydantic validators",
        &[
            "@field_validator",
            "@validator(",
            "@model_validator",
            "@root_validator",
        ],
    ),
    py(
        Validation,
        "parameters declared with `Query`, `Path` or `Body`",
        &["= Query(", ", Query(", "= Body(", ", Body(", "= Path(..."],
    ),
    py(
        Validation,
        "Django REST framework serializers",
        &[
            "serializers.Serializer)",
            "serializers.ModelSerializer)",
            "ModelSerializer)",
            ".is_valid(raise_exception",
        ],
    ),
    py(
        Validation,
        "Django forms",
        &["forms.Form)", "forms.ModelForm)", "form.is_valid()"],
    ),
    py(
        Validation,
        "marshmallow schemas",
        &["(Schema)", "ma.Schema", "@use_kwargs", "use_args("],
    ),
    py(
        Validation,
        "reqparse parsers",
        &["reqparse.RequestParser", "@validate_args("],
    ),
    py(Validation, "WTForms", &["(FlaskForm)", "(BaseForm)"]),
    js(Validation, "Zod schemas", &["z.object("]),
    js(Validation, "Joi schemas", &["Joi.object(", "Joi.string("]),
    js(
        Validation,
        "class-validator decorators on DTOs",
        &[
            "@IsString(",
            "@IsNotEmpty(",
            "@IsEmail(",
            "@IsOptional(",
            "@IsNumber(",
        ],
    ),
    js(Validation, "Nest's ValidationPipe", &["ValidationPipe("]),
    js(
        Validation,
        "a `validate(…)` middleware in the route",
        &["validate(", "validateBody(", "validateRequest("],
    ),
    js(
        Validation,
        "express-validator chains",
        &["express-validator", "validationResult("],
    ),
    js(Validation, "JSON Schema on routes", &["schema: "]),
    js(Validation, "TypeBox schemas", &["Type.Object("]),
    py(Injection, "FastAPI `Depends(…)`", &["Depends("]),
    py(
        Injection,
        "a container of `dependency_injector`",
        &["@inject", "Provide["],
    ),
    py(
        Injection,
        "the current application and its extensions (`current_app`)",
        &["current_app."],
    ),
    js(
        Injection,
        "Nest constructor injection",
        &[
            "constructor(private",
            "private readonly ",
            "private  readonly",
        ],
    ),
    js(
        Injection,
        "Nest `@Inject…` tokens",
        &["@Inject(", "@InjectRepository(", "@InjectModel("],
    ),
    js(
        Injection,
        "Fastify decorators",
        &[".decorate(", "decorateRequest("],
    ),
    js(
        Injection,
        "a container of tsyringe, inversify or awilix",
        &["@injectable()", "container.resolve(", "createContainer("],
    ),
    py(
        Logging,
        "a logger of the module (`logging.getLogger`)",
        &["logging.getLogger("],
    ),
    py(Logging, "Loguru", &["from loguru import"]),
    py(
        Logging,
        "structlog",
        &["structlog.get_logger", "structlog.getLogger"],
    ),
    py(
        Logging,
        "Flask's `current_app.logger` or `app.logger`",
        &["app.logger."],
    ),
    py(Logging, "`print`", &["    print("]),
    js(
        Logging,
        "winston",
        &["winston.createLogger", "createLogger("],
    ),
    js(
        Logging,
        "a `logger` of the project",
        &[
            "logger.info(",
            "logger.error(",
            "logger.warn(",
            "logger.debug(",
        ],
    ),
    js(Logging, "pino", &["pino("]),
    js(Logging, "Nest's Logger", &["new Logger("]),
    js(
        Logging,
        "Fastify's request log",
        &["request.log.", "req.log.", "fastify.log.", "app.log."],
    ),
    js(Logging, "requests logged by morgan", &["morgan("]),
    js(Logging, "`console`", &["console.log(", "console.error("]),
    py(
        Authentication,
        "JWT made and checked with PyJWT or python-jose",
        &["jwt.decode(", "jwt.encode("],
    ),
    py(
        Authentication,
        "OAuth2 bearer tokens of FastAPI",
        &["OAuth2PasswordBearer(", "HTTPBearer(", "APIKeyHeader("],
    ),
    py(
        Authentication,
        "Flask-JWT-Extended",
        &["@jwt_required", "get_jwt_identity(", "flask_jwt_extended"],
    ),
    py(
        Authentication,
        "Flask-Login",
        &["LoginManager(", "@login_required"],
    ),
    py(
        Authentication,
        "an authentication class of Django REST framework",
        &[
            "authentication.BaseAuthentication",
            "(BaseAuthentication)",
            "DEFAULT_AUTHENTICATION_CLASSES",
            "TokenAuthentication)",
        ],
    ),
    py(
        Authentication,
        "Django's `login_required`",
        &["@login_required", "LoginRequiredMixin"],
    ),
    py(
        Authentication,
        "sessions",
        &["session[", "request.session", "SessionMiddleware"],
    ),
    py(
        Authentication,
        "OAuth or social sign-in",
        &["social_core", "OAuth(", "authlib", "oauth2client"],
    ),
    js(
        Authentication,
        "JWT made and checked with jsonwebtoken",
        &["jwt.verify(", "jwt.sign(", "jsonwebtoken.verify("],
    ),
    js(
        Authentication,
        "a Passport strategy",
        &[
            "passport.use(",
            "PassportStrategy(",
            "new JwtStrategy(",
            "passport.authenticate(",
        ],
    ),
    js(Authentication, "Nest's AuthGuard", &["AuthGuard("]),
    js(
        Authentication,
        "express-jwt",
        &["expressjwt(", "expressJwt(", "expressJWT("],
    ),
    js(
        Authentication,
        "Fastify's JWT plugin",
        &["jwtVerify(", "@fastify/jwt", "fastify-jwt"],
    ),
    js(
        Authentication,
        "sessions",
        &[
            "req.session",
            "request.session",
            "express-session",
            "@fastify/session",
        ],
    ),
    py(
        Authorization,
        "permission classes of Django REST framework",
        &["permission_classes", "BasePermission)"],
    ),
    py(
        Authorization,
        "Django's permissions",
        &[
            "@permission_required",
            "PermissionRequiredMixin",
            ".has_perm(",
            "user_passes_test(",
        ],
    ),
    py(
        Authorization,
        "dependencies that check permissions",
        &["PermissionsDependency(", "Security(", "is_superuser"],
    ),
    py(
        Authorization,
        "decorators for administrators",
        &[
            "@admins_only",
            "@admin_required",
            "@roles_required",
            "@roles_accepted",
        ],
    ),
    js(
        Authorization,
        "roles on handlers (`@Roles`, RolesGuard)",
        &["@Roles(", "RolesGuard"],
    ),
    js(
        Authorization,
        "a middleware that asks for rights or roles",
        &[
            "authorize(",
            "checkRole(",
            "requireRole(",
            "hasRole(",
            "isAdmin",
            "isOwner",
            "requiredRights",
        ],
    ),
    py(Answers, "FastAPI `response_model`", &["response_model="]),
    py(
        Answers,
        "`Response(serializer.data)`",
        &["Response(serializer.data", "Response(serializer_data"],
    ),
    py(
        Answers,
        "",
        &[
            "jsonify(",
            "JsonResponse({",
            "JSONResponse(",
            "return {",
            "Response({",
        ],
    ),
    js(Answers, "", &[".json({", ".send({", "return {"]),
    js(
        Answers,
        "values given to `json(…)` or `send(…)` as they are",
        &["res.json(", ".send("],
    ),
    py(ErrorBody, "", &["JSONResponse(", "content={"]),
    py(
        TestStyle,
        "plain pytest functions",
        &["\ndef test_", "\nasync def test_"],
    ),
    py(
        TestStyle,
        "pytest fixtures",
        &["@pytest.fixture", "@fixture"],
    ),
    py(
        TestStyle,
        "parametrized tests",
        &["@pytest.mark.parametrize"],
    ),
    py(
        TestStyle,
        "TestCase classes",
        &["TestCase)", "TransactionTestCase)", "APITestCase"],
    ),
    py(
        TestStyle,
        "FastAPI's or Starlette's TestClient",
        &["TestClient("],
    ),
    py(
        TestStyle,
        "requests through `client.get(…)` and its like",
        &["client.get(", "client.post("],
    ),
    py(TestStyle, "httpx's AsyncClient", &["AsyncClient("]),
    py(TestStyle, "factories", &["Factory(", "factory."]),
    py(
        TestStyle,
        "mocks (`patch`, `monkeypatch`)",
        &["@patch(", "mocker.", "monkeypatch.", "mock.patch"],
    ),
    js(TestStyle, "`describe` and `it`", &["describe("]),
    js(TestStyle, "flat `test(…)` calls", &["\ntest("]),
    js(TestStyle, "node:test", &["node:test"]),
    js(TestStyle, "tap", &["require('tap')", "from 'tap'"]),
    js(
        TestStyle,
        "Supertest requests",
        &["request(app", "supertest"],
    ),
    js(TestStyle, "Fastify's `inject`", &[".inject("]),
    js(
        TestStyle,
        "Nest testing modules",
        &["Test.createTestingModule("],
    ),
    js(
        TestStyle,
        "mocks (`jest.fn`, `vi.fn`)",
        &["jest.fn(", "jest.mock(", "vi.fn(", "vi.mock(", "sinon."],
    ),
];

/// Conventions that the marks tell by themselves. What stands in one file of many is told as well: often it is the one
/// place that matters.
pub(super) fn read(ground: &Ground<'_>, hits: &BTreeMap<usize, Vec<Hit>>) -> Vec<Convention> {
    let mut found = Vec::new();
    for (at, mark) in MARKS
        .iter()
        .enumerate()
        .filter(|(_, mark)| !mark.what.is_empty())
    {
        let Some(hits) = hits.get(&at) else { continue };
        // A schema elsewhere is one of data at rest.
        let of_routes = |hit: &&Hit| {
            matches!(
                ground.layer[hit.file],
                Some(Layer::Routes | Layer::Controllers)
            )
        };
        let routes: Vec<Hit>;
        let hits = if mark.needles == ["schema: "] {
            routes = hits.iter().filter(of_routes).copied().collect();
            &routes
        } else {
            hits
        };
        if hits.is_empty() {
            continue;
        }
        found.push(Convention {
            topic: mark.topic,
            layer: None,
            what: mark.what.to_owned(),
            count: files_of(hits),
            of: None,
            examples: best(ground, hits),
        });
    }
    found.extend(guards(ground));
    found
}

/// The guards that routes carry, with the share of routes that have them.
fn guards(ground: &Ground<'_>) -> Vec<Convention> {
    let mut counts: BTreeMap<&str, Vec<&crate::findings::Route>> = BTreeMap::new();
    for route in ground.routes {
        for guard in &route.guards {
            counts.entry(guard.as_str()).or_default().push(route);
        }
    }
    let mut guards: Vec<_> = counts
        .into_iter()
        .filter(|(name, routes)| routes.len() > 1 && *name != "<anonymous>")
        .collect();
    guards.sort_by_key(|(name, routes)| (std::cmp::Reverse(routes.len()), *name));
    let of = Some(ground.routes.len());
    guards
        .into_iter()
        .take(8)
        .map(|(name, routes)| {
            let mut examples: Vec<crate::place::Place> = Vec::new();
            for route in &routes {
                if examples.len() < 2 && !examples.iter().any(|place| place.file == route.file) {
                    examples.push(crate::place::Place::new(&route.file, route.line));
                }
            }
            let what = format!("routes are guarded by `{name}`");
            Convention {
                topic: Topic::Authorization,
                layer: None,
                what,
                count: routes.len(),
                of,
                examples,
            }
        })
        .collect()
}
