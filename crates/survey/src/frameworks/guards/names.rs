//! Names that speak of who may pass, for what can't be looked into.
//!
//! ```text
//! requireAdmin, isAuthenticated, jwt_required     a word of WHO
//! apiKeyAuth                                      `api` followed by `key`, or a word of WHO
//! requireUser, membersOnly                        a demand and a person
//! protect                                         a demand alone
//! authLimiter, tokenSchema                        a word of OTHERS: something else
//! getAuthService                                  ends in what is given: no guard
//! validateLogin                                   looks at what was sent: no guard
//! authorName                                      `author` is not `auth`: whole words are compared
//! ```
//!
//! The weakest of all signs: asked only where neither the text of a function nor its library is known to decide.

/// Words that speak of who may pass.
const WHO: [&str; 31] = [
    "auth",
    "authenticate",
    "authenticated",
    "authentication",
    "authenticator",
    "authorize",
    "authorized",
    "authorise",
    "authorization",
    "login",
    "logged",
    "signin",
    "signed",
    "admin",
    "admins",
    "role",
    "roles",
    "permission",
    "permissions",
    "perm",
    "perms",
    "jwt",
    "token",
    "bearer",
    "staff",
    "superuser",
    "owner",
    "passport",
    "acl",
    "rbac",
    "credentials",
];

/// Words that say it of those behind them: `requireUser`, `current_user`, `membersOnly`.
const DEMANDS: [&str; 14] = [
    "require",
    "requires",
    "required",
    "ensure",
    "current",
    "only",
    "must",
    "needs",
    "active",
    "verified",
    "protect",
    "protected",
    "guard",
    "restrict",
];

/// Whom a demand may be about.
const PERSONS: [&str; 8] = [
    "user", "users", "member", "members", "account", "tenant", "customer", "session",
];

/// Words of what is something else, whatever stands around them.
const OTHERS: [&str; 12] = [
    "limit",
    "limiter",
    "rate",
    "throttle",
    "throttler",
    "csrf",
    "xsrf",
    "cache",
    "log",
    "logger",
    "validator",
    "schema",
];

/// Last words of functions that give something instead of checking.
const GIVES: [&str; 20] = [
    "settings",
    "config",
    "db",
    "service",
    "services",
    "client",
    "repository",
    "repo",
    "store",
    "storage",
    "engine",
    "connection",
    "conn",
    "manager",
    "factory",
    "provider",
    "pool",
    "uow",
    "session",
    "sessions",
];

/// Returns whether a name speaks of forged forms, or of how often somebody asks, and of nobody.
///
/// `csrfProtect` and `rateLimit` do so; `loginLimiter` has a word of `WHO`, and does not.
pub(super) fn asks_how(name: &str) -> bool {
    const HOW: [&str; 8] = [
        "csrf",
        "xsrf",
        "limit",
        "limiter",
        "ratelimit",
        "throttle",
        "throttler",
        "throttling",
    ];
    let words = words_of_name(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(&HOW) && !has(&WHO)
}

/// Returns whether a name says that something is given: `get_roles`, but not `get_current_user`.
///
/// A demand says otherwise: `current` in `get_current_user` asks for somebody.
pub(super) fn gives(name: &str) -> bool {
    let words = words_of_name(name);
    let first = words.first().map_or("", String::as_str);
    matches!(
        first,
        "get" | "list" | "load" | "fetch" | "find" | "build" | "make"
    ) && !words.iter().any(|word| DEMANDS.contains(&word.as_str()))
}

/// Returns whether a name speaks of who may pass.
pub(super) fn asks_who(name: &str) -> bool {
    let words = words_of_name(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // A demand overrules the last word: `require_session` is a guard, `make_session` is not.
    let demands = has(&DEMANDS);
    if has(&OTHERS)
        || !demands
            && words
                .last()
                .is_some_and(|last| GIVES.contains(&last.as_str()))
    {
        return false;
    }
    // `validateLogin` looks at what was sent, `validateToken` at who sent it.
    let validates = words
        .first()
        .is_some_and(|first| matches!(first.as_str(), "validate" | "parse" | "sanitize"));
    if validates {
        // `validateUser` is about a form; only words for proofs and rights count.
        return has(&[
            "token",
            "jwt",
            "auth",
            "permission",
            "permissions",
            "role",
            "roles",
            "credentials",
        ]) || has(&["session"]);
    }
    let is_key = words
        .windows(2)
        .any(|pair| pair[0] == "api" && pair[1] == "key")
        || has(&["apikey"]);
    // A demand alone (`protect`) or with a person (`requireUser`); `requireBody` is neither.
    has(&WHO) || is_key || demands && (has(&PERSONS) || words.len() == 1)
}

/// Splits a name into its words, in lower case: `requireAdminUser` and `require_admin_user` are `require`, `admin`,
/// `user`.
fn words_of_name(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        // A capital begins a word behind a small letter (`requireUser`) or before one (`JWTGuard`: `jwt`, `guard`).
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || letters
                        .get(at + 1)
                        .is_some_and(|after| after.is_lowercase())
            });
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            last.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_who_may_pass_from_what_is_given() {
        let guards = [
            "requireUser",
            "require_role",
            "login_required",
            "LoginRequiredMixin",
            "isAuthenticated",
            "verifyToken",
            "get_current_user",
            "current_active_user",
            "JwtAuthGuard",
            "membersOnly",
            "checkPermissions",
            "protect",
            "validateToken",
            "ensureLoggedIn",
            "admin_only",
            "auth",
            "require_session",
            "api_key_auth",
        ];
        let others = [
            "get_settings",
            "get_db",
            "get_session",
            "validateRequest",
            "validateLogin",
            "loginLimiter",
            "rateLimit",
            "get_auth_service",
            "upload",
            "csrf_exempt",
            "get_user_repository",
            "cache_page",
            "author",
            "get_token_store",
        ];
        for name in guards {
            assert!(asks_who(name), "{name}");
        }
        for name in others {
            assert!(!asks_who(name), "{name}");
        }
    }
}
