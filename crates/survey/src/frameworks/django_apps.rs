//! Django's application configurations: what their `ready` does when a project starts, before any
//! path is asked for.
//!
//! ```text
//! class ShopConfig(AppConfig):
//!     def ready(self):
//!         router.register("items", Items)      the call is noted on `router`, as if it stood in a module
//! ```

use std::collections::BTreeSet;

use crate::evaluate::{Arguments, Machine, Origin, Value};
use code::modules::ModuleId;

/// Runs `ready` of each configuration, with the models of all of their applications loaded.
///
/// A file is looked at if its text has both `AppConfig` and `def ready`. The models beside it are loaded first, as
/// Django does.
pub(crate) fn run_ready_methods(machine: &mut Machine<'_>) {
    let files = machine.files;
    let configures = |text: &str| text.contains("AppConfig") && text.contains("def ready");
    let found: BTreeSet<ModuleId> = (0..files.len())
        .filter(|id| !files[*id].is_test && configures(&files[*id].text))
        .collect();
    for id in &found {
        let folder = files[*id]
            .path
            .rsplit_once('/')
            .map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let models = ["models.py", "models/__init__.py"].map(|name| format!("{folder}{name}"));
        if let Some(models) = models.iter().find_map(|path| machine.modules.file(path)) {
            machine.load(models);
        }
    }
    for id in &found {
        machine.load(*id);
    }
    let classes: Vec<_> = machine
        .classes
        .iter()
        .filter(|class| found.contains(&class.place.module))
        .cloned()
        .collect();
    for class in classes {
        if let Some(ready) = machine.method(&class, "ready")
            && machine.is_configuration(&class)
        {
            let place = class.place;
            let this = machine.new_object(
                Origin::Instance {
                    class,
                    arguments: Arguments::default(),
                },
                place,
            );
            machine.invoke(&ready, Some(Value::Object(this)), &Arguments::default());
        }
    }
}
