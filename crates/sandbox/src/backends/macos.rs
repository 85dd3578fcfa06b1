//! The `sandbox-exec` of macOS, on a copy of the repository. Written from its documentation and
//! from what others do; it has never been run.
//!
//! ```text
//! (deny file-read* (subpath "/Users/me/.ssh"))               what is hidden
//! (allow file-read* file-write* (subpath "…/scratch/copy"))  the copy, home and `tmp`, after the scratch was denied
//! (allow network-outbound (remote ip "localhost:*"))         with the network closed, only this machine
//! ```

use std::path::{Path, PathBuf};

use super::none::on_a_copy;
use super::{Backend, BackendRequest};
use crate::mount_plan::{MountPlan, Visibility};
use crate::policy::{BackendName, Network, Tier};
use crate::protocol::{Calls, Confinement};

const PROGRAM: &str = "/usr/bin/sandbox-exec";

/// The rules that every program needs, whatever it may read and write.
const BASE: &str = "(version 1)
(deny default)
(allow process-exec)
(allow process-fork)
(allow process-info* (target same-sandbox))
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow system-socket)
(allow pseudo-tty)
(allow ipc-posix-sem)
(allow ipc-posix-shm*)
(allow mach-lookup (global-name \"com.apple.system.opendirectoryd.libinfo\"))
(allow file-read*)
(allow file-ioctl (regex #\"^/dev/tty\"))
(allow file-write* (literal \"/dev/null\") (literal \"/dev/zero\") (literal \"/dev/tty\") (literal \"/dev/ptmx\"))
";

/// Sets up the backend, where the program is.
pub(super) fn build_macos(site: &BackendRequest<'_>) -> Result<Backend, String> {
    if !Path::new(PROGRAM).is_file() {
        return Err(format!("{PROGRAM} is not there"));
    }
    let policy = site.policy;
    let plan = MountPlan::decide(policy, site.network, None).map_err(|error| error.to_string())?;
    let details = "this backend is untested; commands see the copy's path instead of the repository's, the loopback is the \
                   host's, and a process that leaves its parent may outlive its command";
    let tier = Tier {
        name: "sandbox-exec on a copy".into(),
        details: details.into(),
        has_loopback: true,
    };
    let mut backend = on_a_copy(site, BackendName::Macos, tier, &|_, _| Confinement {
        calls: Calls::All,
        landlock_required: false,
        readable: Vec::new(),
        writable: Vec::new(),
        own_signals: false,
        own_sockets: false,
    })?;
    let own = ["home", "tmp"].map(|name| policy.scratch.join(name));
    let copy = backend.tree.parent().map(Path::to_path_buf);
    let writable: Vec<PathBuf> = own.into_iter().chain(copy).collect();
    backend.before = vec![
        PROGRAM.into(),
        "-p".into(),
        sandbox_profile(&plan, &writable, site.network),
    ];
    Ok(backend)
}

/// Returns the profile: of two rules that apply, the later one holds.
fn sandbox_profile(plan: &MountPlan, writable: &[PathBuf], network: Network) -> String {
    let mut text = BASE.to_owned();
    let mut rule = |verb: &str, path: &Path| {
        text.push_str(&format!("({verb} (subpath {}))\n", quote_path(path)))
    };
    for place in &plan.places {
        match place.what {
            Visibility::Nothing | Visibility::Private(_) => rule("deny file-read*", &place.at),
            _ if place.at == plan.root => rule("deny file-read*", &place.at),
            _ => rule("allow file-read*", &place.at),
        }
    }
    rule("deny file-read*", &plan.scratch);
    for path in writable {
        rule("allow file-read* file-write*", path);
    }
    text.push_str(match network {
        Network::Open => "(allow network*)\n",
        Network::Closed => {
            "(allow network-bind (local ip \"localhost:*\"))\n(allow network-inbound (local ip \"localhost:*\"))\n(allow \
             network-outbound (remote ip \"localhost:*\"))\n"
        }
    });
    text
}

/// Returns a path as text of the profile: `a"b` is `"a\"b"`.
fn quote_path(path: &Path) -> String {
    format!(
        "\"{}\"",
        path.to_string_lossy()
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
    )
}
