//! Table: what applications that come with Django, or are widely installed beside it, add to a
//! database.
//!
//! ```text
//! INSTALLED_APPS = ["django.contrib.sessions"]     django_session: session_key, session_data, expire_date
//! ```

/// Name, type, and marks: `n` nullable, `p` primary key.
type Columns = &'static [(&'static str, &'static str, &'static str)];

/// Application, table, model and its columns.
pub(super) const TABLES: [(&str, &str, &str, Columns); 8] = [
    (
        "django.contrib.auth",
        "auth_permission",
        "Permission",
        &[
            ("id", "AutoField", "p"),
            ("name", "CharField", ""),
            ("content_type_id", "ForeignKey", ""),
            ("codename", "CharField", ""),
        ],
    ),
    (
        "django.contrib.auth",
        "auth_group",
        "Group",
        &[
            ("id", "AutoField", "p"),
            ("name", "CharField", ""),
            ("permissions", "ManyToManyField", ""),
        ],
    ),
    (
        "django.contrib.auth",
        "auth_user",
        "User",
        &[
            ("id", "AutoField", "p"),
            ("password", "CharField", ""),
            ("last_login", "DateTimeField", "n"),
            ("is_superuser", "BooleanField", ""),
            ("groups", "ManyToManyField", ""),
            ("user_permissions", "ManyToManyField", ""),
            ("username", "CharField", ""),
            ("first_name", "CharField", ""),
            ("last_name", "CharField", ""),
            ("email", "EmailField", ""),
            ("is_staff", "BooleanField", ""),
            ("is_active", "BooleanField", ""),
            ("date_joined", "DateTimeField", ""),
        ],
    ),
    (
        "django.contrib.contenttypes",
        "django_content_type",
        "ContentType",
        &[
            ("id", "AutoField", "p"),
            ("app_label", "CharField", ""),
            ("model", "CharField", ""),
        ],
    ),
    (
        "django.contrib.sessions",
        "django_session",
        "Session",
        &[
            ("session_key", "CharField", "p"),
            ("session_data", "TextField", ""),
            ("expire_date", "DateTimeField", ""),
        ],
    ),
    (
        "django.contrib.admin",
        "django_admin_log",
        "LogEntry",
        &[
            ("id", "AutoField", "p"),
            ("action_time", "DateTimeField", ""),
            ("user_id", "ForeignKey", ""),
            ("content_type_id", "ForeignKey", "n"),
            ("object_id", "TextField", "n"),
            ("object_repr", "CharField", ""),
            ("action_flag", "PositiveSmallIntegerField", ""),
            ("change_message", "TextField", ""),
        ],
    ),
    (
        "taggit",
        "taggit_tag",
        "Tag",
        &[
            ("id", "AutoField", "p"),
            ("name", "CharField", ""),
            ("slug", "SlugField", ""),
        ],
    ),
    (
        "taggit",
        "taggit_taggeditem",
        "TaggedItem",
        &[
            ("id", "AutoField", "p"),
            ("content_type_id", "ForeignKey", ""),
            ("object_id", "IntegerField", ""),
            ("tag_id", "ForeignKey", ""),
        ],
    ),
];
