//! Table: what stands in code that follows a convention. A line is found by one of the needles.

mod mark;

use super::Topic;
pub(super) use mark::Mark;
use mark::{python_mark, script_mark};

use Topic::{
    Answers, Authentication, Authorization, ErrorBody, ErrorHandlers, ErrorTypes, Injection,
    Logging, TestStyle, Validation,
};

/// All marks. Those whose `what` is empty only say where to look closer.
pub(super) const MARKS: &[Mark] = &[
    python_mark(ErrorTypes, "", &["raise "]),
    script_mark(ErrorTypes, "", &["throw new "]),
    script_mark(
        ErrorTypes,
        "errors are handed to `next(…)`",
        &["next(err", "next(new ", "next(error"],
    ),
    python_mark(
        ErrorHandlers,
        "FastAPI exception handlers",
        &[".exception_handler(", "add_exception_handler("],
    ),
    python_mark(
        ErrorHandlers,
        "Flask error handlers",
        &["errorhandler(", "register_error_handler("],
    ),
    python_mark(
        ErrorHandlers,
        "Django REST framework's exception handler",
        &["EXCEPTION_HANDLER", "def exception_handler"],
    ),
    python_mark(
        ErrorHandlers,
        "Django's handlers for error pages",
        &["handler404", "handler500"],
    ),
    python_mark(
        ErrorHandlers,
        "errors are caught in middleware",
        &["def process_exception"],
    ),
    script_mark(
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
    script_mark(
        ErrorHandlers,
        "a Nest exception filter",
        &["implements ExceptionFilter", "@Catch("],
    ),
    script_mark(
        ErrorHandlers,
        "Fastify's error handler",
        &["setErrorHandler("],
    ),
    script_mark(
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
    python_mark(Validation, "Pydantic models", &["(BaseModel)"]),
    python_mark(
        Validation,
        "Pydantic validators",
        &[
            "@field_validator",
            "@validator(",
            "@model_validator",
            "@root_validator",
        ],
    ),
    python_mark(
        Validation,
        "parameters declared with `Query`, `Path` or `Body`",
        &["= Query(", ", Query(", "= Body(", ", Body(", "= Path(..."],
    ),
    python_mark(
        Validation,
        "Django REST framework serializers",
        &[
            "serializers.Serializer)",
            "serializers.ModelSerializer)",
            "ModelSerializer)",
            ".is_valid(raise_exception",
        ],
    ),
    python_mark(
        Validation,
        "Django forms",
        &["forms.Form)", "forms.ModelForm)", "form.is_valid()"],
    ),
    python_mark(
        Validation,
        "marshmallow schemas",
        &["(Schema)", "ma.Schema", "@use_kwargs", "use_args("],
    ),
    python_mark(
        Validation,
        "reqparse parsers",
        &["reqparse.RequestParser", "@validate_args("],
    ),
    python_mark(Validation, "WTForms", &["(FlaskForm)", "(BaseForm)"]),
    script_mark(Validation, "Zod schemas", &["z.object("]),
    script_mark(Validation, "Joi schemas", &["Joi.object(", "Joi.string("]),
    script_mark(
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
    script_mark(Validation, "Nest's ValidationPipe", &["ValidationPipe("]),
    script_mark(
        Validation,
        "a `validate(…)` middleware in the route",
        &["validate(", "validateBody(", "validateRequest("],
    ),
    script_mark(
        Validation,
        "express-validator chains",
        &["express-validator", "validationResult("],
    ),
    script_mark(Validation, "JSON Schema on routes", &["schema: "]),
    script_mark(Validation, "TypeBox schemas", &["Type.Object("]),
    python_mark(Injection, "FastAPI `Depends(…)`", &["Depends("]),
    python_mark(
        Injection,
        "a container of `dependency_injector`",
        &["@inject", "Provide["],
    ),
    python_mark(
        Injection,
        "the current application and its extensions (`current_app`)",
        &["current_app."],
    ),
    script_mark(
        Injection,
        "Nest constructor injection",
        &[
            "constructor(private",
            "private readonly ",
            "private  readonly",
        ],
    ),
    script_mark(
        Injection,
        "Nest `@Inject…` tokens",
        &["@Inject(", "@InjectRepository(", "@InjectModel("],
    ),
    script_mark(
        Injection,
        "Fastify decorators",
        &[".decorate(", "decorateRequest("],
    ),
    script_mark(
        Injection,
        "a container of tsyringe, inversify or awilix",
        &["@injectable()", "container.resolve(", "createContainer("],
    ),
    python_mark(
        Logging,
        "a logger of the module (`logging.getLogger`)",
        &["logging.getLogger("],
    ),
    python_mark(Logging, "Loguru", &["from loguru import"]),
    python_mark(
        Logging,
        "structlog",
        &["structlog.get_logger", "structlog.getLogger"],
    ),
    python_mark(
        Logging,
        "Flask's `current_app.logger` or `app.logger`",
        &["app.logger."],
    ),
    python_mark(Logging, "`print`", &["    print("]),
    script_mark(
        Logging,
        "winston",
        &["winston.createLogger", "createLogger("],
    ),
    script_mark(
        Logging,
        "a `logger` of the project",
        &[
            "logger.info(",
            "logger.error(",
            "logger.warn(",
            "logger.debug(",
        ],
    ),
    script_mark(Logging, "pino", &["pino("]),
    script_mark(Logging, "Nest's Logger", &["new Logger("]),
    script_mark(
        Logging,
        "Fastify's request log",
        &["request.log.", "req.log.", "fastify.log.", "app.log."],
    ),
    script_mark(Logging, "requests logged by morgan", &["morgan("]),
    script_mark(Logging, "`console`", &["console.log(", "console.error("]),
    python_mark(
        Authentication,
        "JWT made and checked with PyJWT or python-jose",
        &["jwt.decode(", "jwt.encode("],
    ),
    python_mark(
        Authentication,
        "OAuth2 bearer tokens of FastAPI",
        &["OAuth2PasswordBearer(", "HTTPBearer(", "APIKeyHeader("],
    ),
    python_mark(
        Authentication,
        "Flask-JWT-Extended",
        &["@jwt_required", "get_jwt_identity(", "flask_jwt_extended"],
    ),
    python_mark(
        Authentication,
        "Flask-Login",
        &["LoginManager(", "@login_required"],
    ),
    python_mark(
        Authentication,
        "an authentication class of Django REST framework",
        &[
            "authentication.BaseAuthentication",
            "(BaseAuthentication)",
            "DEFAULT_AUTHENTICATION_CLASSES",
            "TokenAuthentication)",
        ],
    ),
    python_mark(
        Authentication,
        "Django's `login_required`",
        &["@login_required", "LoginRequiredMixin"],
    ),
    python_mark(
        Authentication,
        "sessions",
        &["session[", "request.session", "SessionMiddleware"],
    ),
    python_mark(
        Authentication,
        "OAuth or social sign-in",
        &["social_core", "OAuth(", "authlib", "oauth2client"],
    ),
    script_mark(
        Authentication,
        "JWT made and checked with jsonwebtoken",
        &["jwt.verify(", "jwt.sign(", "jsonwebtoken.verify("],
    ),
    script_mark(
        Authentication,
        "a Passport strategy",
        &[
            "passport.use(",
            "PassportStrategy(",
            "new JwtStrategy(",
            "passport.authenticate(",
        ],
    ),
    script_mark(Authentication, "Nest's AuthGuard", &["AuthGuard("]),
    script_mark(
        Authentication,
        "express-jwt",
        &["expressjwt(", "expressJwt(", "expressJWT("],
    ),
    script_mark(
        Authentication,
        "Fastify's JWT plugin",
        &["jwtVerify(", "@fastify/jwt", "fastify-jwt"],
    ),
    script_mark(
        Authentication,
        "sessions",
        &[
            "req.session",
            "request.session",
            "express-session",
            "@fastify/session",
        ],
    ),
    python_mark(
        Authorization,
        "permission classes of Django REST framework",
        &["permission_classes", "BasePermission)"],
    ),
    python_mark(
        Authorization,
        "Django's permissions",
        &[
            "@permission_required",
            "PermissionRequiredMixin",
            ".has_perm(",
            "user_passes_test(",
        ],
    ),
    python_mark(
        Authorization,
        "dependencies that check permissions",
        &["PermissionsDependency(", "Security(", "is_superuser"],
    ),
    python_mark(
        Authorization,
        "decorators for administrators",
        &[
            "@admins_only",
            "@admin_required",
            "@roles_required",
            "@roles_accepted",
        ],
    ),
    script_mark(
        Authorization,
        "roles on handlers (`@Roles`, RolesGuard)",
        &["@Roles(", "RolesGuard"],
    ),
    script_mark(
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
    python_mark(Answers, "FastAPI `response_model`", &["response_model="]),
    python_mark(
        Answers,
        "`Response(serializer.data)`",
        &["Response(serializer.data", "Response(serializer_data"],
    ),
    python_mark(
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
    script_mark(Answers, "", &[".json({", ".send({", "return {"]),
    script_mark(
        Answers,
        "values given to `json(…)` or `send(…)` as they are",
        &["res.json(", ".send("],
    ),
    python_mark(ErrorBody, "", &["JSONResponse(", "content={"]),
    python_mark(
        TestStyle,
        "plain pytest functions",
        &["\ndef test_", "\nasync def test_"],
    ),
    python_mark(
        TestStyle,
        "pytest fixtures",
        &["@pytest.fixture", "@fixture"],
    ),
    python_mark(
        TestStyle,
        "parametrized tests",
        &["@pytest.mark.parametrize"],
    ),
    python_mark(
        TestStyle,
        "TestCase classes",
        &["TestCase)", "TransactionTestCase)", "APITestCase"],
    ),
    python_mark(
        TestStyle,
        "FastAPI's or Starlette's TestClient",
        &["TestClient("],
    ),
    python_mark(
        TestStyle,
        "requests through `client.get(…)` and its like",
        &["client.get(", "client.post("],
    ),
    python_mark(TestStyle, "httpx's AsyncClient", &["AsyncClient("]),
    python_mark(TestStyle, "factories", &["Factory(", "factory."]),
    python_mark(
        TestStyle,
        "mocks (`patch`, `monkeypatch`)",
        &["@patch(", "mocker.", "monkeypatch.", "mock.patch"],
    ),
    script_mark(TestStyle, "`describe` and `it`", &["describe("]),
    script_mark(TestStyle, "flat `test(…)` calls", &["\ntest("]),
    script_mark(TestStyle, "node:test", &["node:test"]),
    script_mark(TestStyle, "tap", &["require('tap')", "from 'tap'"]),
    script_mark(
        TestStyle,
        "Supertest requests",
        &["request(app", "supertest"],
    ),
    script_mark(TestStyle, "Fastify's `inject`", &[".inject("]),
    script_mark(
        TestStyle,
        "Nest testing modules",
        &["Test.createTestingModule("],
    ),
    script_mark(
        TestStyle,
        "mocks (`jest.fn`, `vi.fn`)",
        &["jest.fn(", "jest.mock(", "vi.fn(", "vi.mock(", "sinon."],
    ),
];
