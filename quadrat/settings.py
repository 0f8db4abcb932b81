"""Settings of the site. What an operator may change comes from ``quadrat/env.py``."""

from __future__ import annotations

from datetime import timedelta

import dj_database_url
from csp.constants import NONE, SELF
from django.conf import locale
from whitenoise.compress import Compressor

from quadrat import embedded, env
from quadrat.languages import catalogs, pseudo

BASE_DIR = env.BASE_DIR
DATA_DIR = env.DATA_DIR
DEBUG = env.DEBUG
SECRET_KEY = env.secret_key()
ALLOWED_HOSTS = env.ALLOWED_HOSTS
CSRF_TRUSTED_ORIGINS = env.TRUSTED_ORIGINS

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "quadrat",
    "catalog",
    "crowd",
    "annotate",
    "verify",
    "tallies",
    "exports",
    "dashboard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "quadrat.compression.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "quadrat.languages.choosing.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # every view asks for a signed-in user unless it says otherwise
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "quadrat.urls"
WSGI_APPLICATION = "quadrat.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        # the page of the API comes with drf-spectacular
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.static", "django.templatetags.i18n"],
        },
    }
]

_services = embedded.addresses(DATA_DIR)
DATABASES = {
    "default": dj_database_url.parse(env.DATABASE_URL)
    if env.DATABASE_URL
    else {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "quadrat",
        "USER": "quadrat",
        "HOST": str(_services.postgres_host),
    }
}
DATABASES["default"] |= {
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    # compiling a claim of half a millisecond with JIT takes many milliseconds, on every call
    "OPTIONS": {"options": "-c jit=off", **DATABASES["default"].get("OPTIONS", {})},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.REDIS_URL or _services.redis_url
CELERY_BROKER_URL = env.REDIS_URL or _services.celery_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A killed worker's message comes back after `visibility_timeout`. Nothing waits for that: what is
# due stands in the database and the jobs below sweep it.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
CELERY_BEAT_SCHEDULE = {
    "expire-leases": {"task": "crowd.expire_leases", "schedule": timedelta(seconds=15)},
    "heartbeat": {"task": "crowd.heartbeat", "schedule": timedelta(seconds=10)},
    "sweep-boxes": {"task": "annotate.aggregate_due", "schedule": timedelta(seconds=5)},
    "sweep-verdicts": {"task": "verify.aggregate_due", "schedule": timedelta(seconds=5)},
    "ask-checks": {"task": "annotate.ask_checks", "schedule": timedelta(seconds=30)},
    "sweep-checks": {"task": "annotate.aggregate_checks", "schedule": timedelta(seconds=5)},
    "compare-boxes": {"task": "annotate.compare_due", "schedule": timedelta(seconds=5)},
    "count-tallies": {"task": "tallies.count_due", "schedule": timedelta(seconds=10)},
    # most of the time there is nothing to do (crowd/skills.py); an exclusion is not kept waiting
    "refit-boxes": {"task": "annotate.refit", "schedule": timedelta(seconds=50)},
    "refit-verdicts": {"task": "verify.refit", "schedule": timedelta(seconds=70)},
    "refit-checks": {"task": "annotate.refit_checks", "schedule": timedelta(seconds=90)},
    "fetch-photographs": {"task": "catalog.fetch_due", "schedule": timedelta(seconds=10)},
    "open-arrived": {"task": "crowd.open_arrived", "schedule": timedelta(seconds=10)},
    "render-copies": {"task": "catalog.render_copies", "schedule": timedelta(seconds=10)},
    "make-releases": {"task": "exports.make_waiting_releases", "schedule": timedelta(seconds=10)},
}
# after a pause of the worker, one of each is enough
for _entry in CELERY_BEAT_SCHEDULE.values():
    _entry["options"] = {"expires": 60}

AUTH_USER_MODEL = "crowd.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "crowd.sign_in.UserWithWorkerBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "crowd:sign_in"
LOGIN_REDIRECT_URL = "crowd:home"
LOGOUT_REDIRECT_URL = "crowd:sign_in"
SESSION_ENGINE = "crowd.sessions"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "crowd/locked_out.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # first, so that whoever is not signed in hears 401 rather than 403
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # a view that names no permission is for administrators
    "DEFAULT_PERMISSION_CLASSES": ["crowd.permissions.IsAdministrator"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "crowd.api_errors.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Quadrat",
    "DESCRIPTION": "Claim tasks, answer them, follow campaigns. Boxes are [x, y, w, h] in pixels "
    "of the upright full-size image.",
    "VERSION": "0.1.0",
    "SERVE_PUBLIC": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

LANGUAGE_CODE = "en"
# each in its own words: whoever looks for one knows it by that name
LANGUAGES = [("en", "English"), ("es", "Español"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [catalogs.FOLDER]
if env.HAS_PSEUDO_LANGUAGES:
    LANGUAGES += pseudo.LANGUAGES.items()
    LOCALE_PATHS += [DATA_DIR / "pseudo_languages"]
    locale.LANG_INFO.update(pseudo.information())
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "charts.bundle.BundleFinder",
]
MEDIA_ROOT = DATA_DIR / "images"
MAX_IMAGE_PIXELS = env.MAX_IMAGE_PIXELS
# below it a worker is suspended automatically (crowd/suspension.py)
SKILL_FLOORS = env.SKILL_FLOORS
# an hour of attention under that much is not fair pay (dashboard/queries/pay.py)
FAIR_PAY = env.FAIR_PAY
CURRENCY = env.CURRENCY
# what a worker reads of their own answers of each kind (crowd/own_work.py)
OWN_WORK = [
    "annotate.own_work.OwnBoxes",
    "verify.own_work.OwnVerdicts",
    "annotate.own_checks.OwnChecks",
]
FORECAST_IMAGES = env.FORECAST_IMAGES
RELEASES_ROOT = DATA_DIR / "releases"
FETCH_PRIVATE_HOSTS = frozenset(host.strip().lower() for host in env.FETCH_PRIVATE_HOSTS)
# photographs a second from each server (catalog/arrivals.py)
FETCH_PER_SECOND = env.FETCH_PER_SECOND
FETCH_MAX_BYTES = int(env.FETCH_MAX_MB * 2**20)
INAT_API = env.INAT_API
COPIES_ROOT = DATA_DIR / "datasets"
IMPORTS_ROOT = DATA_DIR / "imports"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "quadrat.static_storage.HashedStaticStorage"
        if env.HAS_HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not env.HAS_HASHED_STATIC
# compressing every file twice, and 7 MB of source maps, would cost the first start half a minute
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = env.IS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.IS_HTTPS else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.security.DisallowedHost": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
    },
}
