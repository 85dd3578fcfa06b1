//! Table: which files a fence's language can stand in.

/// Extensions (or file names) for each language of a fence.
const LANGUAGES: &[(&[&str], &[&str])] = &[
    (
        &["python", "py", "python3", "pycon", "pyi"],
        &["py", "pyi", "ipynb", "pyw"],
    ),
    (
        &["typescript", "ts", "mts", "cts"],
        &[
            "ts", "tsx", "mts", "cts", "vue", "svelte", "astro", "js", "mjs",
        ],
    ),
    (
        &["tsx", "typescriptreact"],
        &["tsx", "ts", "jsx", "vue", "astro", "mdx"],
    ),
    (
        &["javascript", "js", "mjs", "cjs", "node"],
        &[
            "js", "jsx", "mjs", "cjs", "ts", "tsx", "vue", "svelte", "html",
        ],
    ),
    (
        &["jsx", "javascriptreact"],
        &["jsx", "tsx", "js", "mdx", "astro"],
    ),
    (
        &["json", "jsonc", "json5"],
        &[
            "json",
            "jsonc",
            "json5",
            "webmanifest",
            "prettierrc",
            "eslintrc",
            "babelrc",
            "ipynb",
            "code-workspace",
        ],
    ),
    (&["yaml", "yml"], &["yaml", "yml"]),
    (&["toml"], &["toml", "lock", "pipfile"]),
    (
        &["ini", "cfg", "conf", "properties"],
        &[
            "ini",
            "cfg",
            "conf",
            "properties",
            "editorconfig",
            "env",
            "flake8",
            "coveragerc",
            "npmrc",
        ],
    ),
    (
        &["env", "dotenv"],
        &[
            "env",
            "example",
            "local",
            "test",
            "sample",
            "development",
            "production",
            "template",
        ],
    ),
    (
        &[
            "sql",
            "postgresql",
            "mysql",
            "psql",
            "plpgsql",
            "sqlite",
            "pgsql",
        ],
        &["sql", "psql", "ddl"],
    ),
    (&["prisma"], &["prisma"]),
    (&["graphql", "gql"], &["graphql", "gql", "graphqls"]),
    (&["proto", "protobuf"], &["proto"]),
    (&["go", "golang"], &["go", "templ"]),
    (&["gomod", "go.mod"], &["mod"]),
    (&["rust", "rs"], &["rs"]),
    (&["java"], &["java"]),
    (&["kotlin", "kt", "kts"], &["kt", "kts"]),
    (&["groovy", "gradle"], &["gradle", "groovy"]),
    (
        &["xml"],
        &[
            "xml",
            "csproj",
            "props",
            "plist",
            "xaml",
            "svg",
            "storyboard",
            "entitlements",
        ],
    ),
    (&["csharp", "cs", "c#"], &["cs", "razor", "cshtml"]),
    (&["razor", "cshtml"], &["razor", "cshtml"]),
    (&["fsharp"], &["fs"]),
    (&["c"], &["c", "h"]),
    (&["cpp", "c++", "cc"], &["cpp", "cc", "cxx", "h", "hpp"]),
    (
        &["ruby", "rb"],
        &["rb", "rake", "gemspec", "gemfile", "rakefile", "ru"],
    ),
    (&["erb"], &["erb"]),
    (&["php"], &["php", "phtml"]),
    (&["blade"], &["php"]),
    (&["elixir", "ex", "exs"], &["ex", "exs", "heex"]),
    (&["heex"], &["heex", "ex"]),
    (&["swift"], &["swift"]),
    (&["dart"], &["dart"]),
    (&["scala"], &["scala", "sbt"]),
    (&["lua"], &["lua"]),
    (&["r"], &["r"]),
    (
        &["html", "htm"],
        &[
            "html", "htm", "vue", "svelte", "astro", "hbs", "ejs", "jinja", "j2", "jinja2", "tmpl",
            "templ", "erb", "php",
        ],
    ),
    (
        &[
            "jinja",
            "jinja2",
            "j2",
            "django",
            "html+jinja",
            "htmldjango",
        ],
        &["html", "j2", "jinja", "jinja2", "txt"],
    ),
    (&["vue"], &["vue"]),
    (&["svelte"], &["svelte"]),
    (&["astro"], &["astro"]),
    (
        &["css", "postcss"],
        &["css", "scss", "pcss", "vue", "svelte", "less"],
    ),
    (
        &["scss", "sass", "less"],
        &["scss", "sass", "less", "css", "vue"],
    ),
    (
        &["markdown", "md", "mdx", "mdc"],
        &["md", "mdx", "mdc", "markdown", "txt"],
    ),
    (
        &[
            "bash",
            "sh",
            "shell",
            "zsh",
            "console",
            "fish",
            "shellscript",
            "shell-session",
            "terminal",
        ],
        &["sh", "bash", "zsh", "fish", "bats", "envrc", "env"],
    ),
    (&["powershell", "ps1", "pwsh"], &["ps1", "psm1"]),
    (&["bat", "cmd", "batch"], &["bat", "cmd"]),
    (
        &["dockerfile", "docker"],
        &["dockerfile", "containerfile", "dockerignore"],
    ),
    (&["makefile", "make", "mk"], &["makefile", "mk", "justfile"]),
    (&["just", "justfile"], &["justfile", "just"]),
    (&["nginx"], &["conf", "nginx", "template"]),
    (&["caddyfile", "caddy"], &["caddyfile"]),
    (&["hcl", "terraform", "tf"], &["tf", "tfvars", "hcl"]),
    (&["bicep"], &["bicep"]),
    (&["nix"], &["nix"]),
    (&["solidity", "sol"], &["sol"]),
    (&["csv"], &["csv"]),
    (
        &["gitignore", "ignore"],
        &[
            "gitignore",
            "dockerignore",
            "npmignore",
            "eslintignore",
            "prettierignore",
        ],
    ),
];

/// File names without an extension, and extensions, that make a bare word a path.
const NAMES: &[&str] = &[
    "makefile",
    "dockerfile",
    "containerfile",
    "justfile",
    "procfile",
    "gemfile",
    "rakefile",
    "pipfile",
    "caddyfile",
    "vagrantfile",
    "jenkinsfile",
    "license",
    "codeowners",
    "brewfile",
    "tiltfile",
    "gradlew",
    "mvnw",
];

/// Further extensions of files that plans name.
const EXTENSIONS: &[&str] = &[
    "txt",
    "lock",
    "log",
    "svg",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "ico",
    "webp",
    "woff2",
    "pdf",
    "zip",
    "tar",
    "gz",
    "db",
    "sqlite",
    "sqlite3",
    "pem",
    "key",
    "crt",
    "ipynb",
    "rst",
    "adoc",
    "tpl",
    "tmpl",
    "mako",
    "pug",
    "njk",
    "liquid",
    "http",
    "rest",
    "bru",
    "har",
    "snap",
    "map",
    "wasm",
    "sum",
    "mod",
    "service",
    "plist",
    "entitlements",
    "pbxproj",
    "xcconfig",
    "feature",
    "cy",
    "zig",
    "jl",
    "hs",
    "ml",
    "clj",
    "cljs",
    "edn",
    "erl",
    "vb",
    "m",
    "mm",
    "jsonl",
    "ndjson",
    "parquet",
    "avsc",
    "thrift",
    "xsd",
    "wsdl",
    "po",
    "pot",
    "mo",
    "strings",
    "example",
    "sample",
    "tf",
    "ftl",
    "sln",
    "csproj",
    "fsproj",
    "props",
    "targets",
    "ps1",
    "code-workspace",
    "excalidraw",
    "d",
    "skill",
    "mts",
];

/// Returns whether a file with this name can hold a block of this language; an unknown language fits every file.
pub(crate) fn fits_language(language: &str, path: &str) -> bool {
    let language = language.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let Some((_, endings)) = LANGUAGES
        .iter()
        .find(|(names, _)| names.contains(&language.as_str()))
    else {
        return true;
    };
    let stem = name.split('.').next().unwrap_or("");
    let extension = extension_of_name(&name);
    if endings.contains(&extension.as_str())
        || endings.contains(&stem)
        || name.starts_with('.') && endings.iter().any(|ending| name[1..].starts_with(ending))
    {
        return true;
    }
    // A file without an extension says nothing about its language.
    extension.is_empty() && !NAMES.contains(&stem)
}

/// Returns whether the file is written in the language itself, not only able to hold a part in it.
pub(crate) fn is_at_home(language: &str, path: &str) -> bool {
    let language = language.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    LANGUAGES
        .iter()
        .find(|(names, _)| names.contains(&language.as_str()))
        .is_some_and(|(names, endings)| {
            endings.first() == Some(&extension_of_name(&name).as_str())
                || names.contains(&extension_of_name(&name).as_str())
        })
}

/// Returns whether the language is one of programs, not of data, text or markup.
pub(crate) fn is_source(language: &str) -> bool {
    let language = language.to_ascii_lowercase();
    let endings = LANGUAGES
        .iter()
        .find(|(names, _)| names.contains(&language.as_str()))
        .map(|(_, endings)| endings);
    let ending = endings.and_then(|endings| endings.first());
    ending.is_some_and(|ending| code::paths::is_code(&format!("file.{ending}")))
}

/// Returns whether the language is one of a shell.
pub(crate) fn is_shell(language: &str) -> bool {
    [
        "bash",
        "sh",
        "shell",
        "zsh",
        "console",
        "fish",
        "shellscript",
        "shell-session",
        "terminal",
        "powershell",
        "pwsh",
    ]
    .contains(&language.to_ascii_lowercase().as_str())
}

/// Returns whether a name without folders is that of a file.
pub(crate) fn is_file_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or("");
    if NAMES.contains(&lower.as_str())
        || (NAMES.contains(&stem) && stem != "license" && lower.len() > stem.len())
    {
        return true;
    }
    if let Some(hidden) = lower.strip_prefix('.') {
        // An ending alone, as in "no `.tmp` is left", names no file.
        let ending = is_extension(hidden)
            && !matches!(
                hidden,
                "env" | "gitignore" | "dockerignore" | "editorconfig"
            )
            || matches!(
                hidden,
                "tmp" | "bak" | "log" | "lock" | "exe" | "old" | "orig" | "swp"
            );
        // Four letters at most are an ending that is not known: "styled `.ass` captions".
        let ending = ending || hidden.len() < 5 && !matches!(hidden, "env" | "git" | "ssh" | "aws");
        // An attribute: "`.token_type` defaults to".
        let ending = ending || hidden.contains('_') && !hidden.contains('.');
        return !ending
            && !hidden.is_empty()
            && hidden.starts_with(|letter: char| letter.is_ascii_alphabetic());
    }
    let extension = extension_of_name(&lower);
    is_extension(&extension)
        && !matches!(
            lower.as_str(),
            "node.js"
                | "next.js"
                | "vue.js"
                | "express.js"
                | "react.js"
                | "nuxt.js"
                | "socket.io"
                | "three.js"
                | "d3.js"
                | "chart.js"
                | "nest.js"
                | "alpine.js"
                | "discord.js"
                | "deno.js"
        )
}

/// Returns whether files end so.
pub(crate) fn is_extension(extension: &str) -> bool {
    !extension.is_empty()
        && (EXTENSIONS.contains(&extension)
            || LANGUAGES
                .iter()
                .any(|(_, endings)| endings.contains(&extension)))
}

/// Behind the last dot of a name, lower case; empty if there is none or it only hides the file.
pub(crate) fn extension_of_name(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
        _ => String::new(),
    }
}
