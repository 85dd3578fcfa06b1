//! The state of an evaluation: modules, objects and how much work is left.
//!
//! A module is loaded once, when it is first imported or asked for, and runs from top to bottom. While it runs,
//! others may already read the names that it has set so far: circles of imports end there.
//!
//! ```text
//! // users.js                          export_of(users.js, "router")
//! export const router = Router();      the object that `Router()` made
//! module.exports = { list }            in another: "list" gives the field, "default" the whole map
//! export * from "./more";              asked last, after names of its own
//! ```

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::value::{ClassValue, Closure, Object, ObjectId, Origin, Place, Scope, Value};
use crate::source::SourceFile;
use code::languages::Language;
use code::modules::{Found, ModuleId, Modules};
use code::syntax::{Class, Export, Function};

/// Evaluated expressions and statements after which everything is unknown: for any tree, and for
/// each file of it, whichever is more: a large tree is not cut short, and a small one whose loops multiply ends.
const STEPS: u64 = 12_000_000;
const STEPS_PER_FILE: u64 = 10_000;

/// The state of one evaluation of one project. Values borrow names and syntax from the files that it holds.
pub(crate) struct Machine<'a> {
    pub(crate) files: &'a [SourceFile],
    pub(crate) modules: &'a Modules,
    pub(crate) objects: Vec<Object<'a>>,
    /// Every function outside classes that came to be, for those that nothing calls.
    pub(crate) closures: Vec<Rc<Closure<'a>>>,
    pub(crate) classes: Vec<Rc<ClassValue<'a>>>,
    /// Names from outside that stand for a module of the project.
    pub(crate) stand_ins: Vec<(&'static str, ModuleId)>,
    /// Values of environment variables in the project's own examples.
    pub(crate) samples: HashMap<String, Rc<str>>,
    /// The variable that keeps what a call made.
    pub(crate) kept_as: HashMap<ObjectId, Rc<str>>,
    /// Classes that something makes instances of.
    pub(super) made: HashSet<*const Class>,
    /// Path and text of schemas in languages of their own.
    pub(crate) documents: Vec<&'a (String, String)>,
    /// The scope of each module that was loaded, complete or still running.
    pub(super) scopes: HashMap<ModuleId, Rc<Scope<'a>>>,
    /// Functions that something called, by where they stand in the syntax.
    pub(super) called: HashSet<*const Function>,
    /// For each function: its calls that are running now, and all so far.
    pub(super) calls: HashMap<*const Function, (u32, u32)>,
    /// The number of calls and imports that are being followed at this moment.
    pub(super) depth: u32,
    /// The steps that are left; at zero, everything is unknown.
    pub(super) steps: u64,
}

impl<'a> Machine<'a> {
    /// Makes an evaluation in which nothing is loaded yet.
    pub(crate) fn new(files: &'a [SourceFile], modules: &'a Modules) -> Self {
        Machine {
            files,
            modules,
            objects: Vec::new(),
            closures: Vec::new(),
            classes: Vec::new(),
            stand_ins: Vec::new(),
            samples: HashMap::new(),
            kept_as: HashMap::new(),
            made: HashSet::new(),
            documents: Vec::new(),
            scopes: HashMap::new(),
            called: HashSet::new(),
            calls: HashMap::new(),
            depth: 0,
            steps: STEPS.max(STEPS_PER_FILE.saturating_mul(files.len() as u64)),
        }
    }

    /// Returns whether a module is written in Python; the other languages that are read are scripts.
    pub(super) fn is_python(&self, module: ModuleId) -> bool {
        self.files[module].language == Language::Python
    }

    /// Returns whether the work that a survey may take was not enough.
    pub(crate) fn is_spent(&self) -> bool {
        self.steps == 0
    }

    /// Takes one step; returns false once none is left.
    pub(super) fn spend(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0
    }

    /// Makes an object that remembers its origin; nothing is set on it and nothing called yet.
    pub(crate) fn new_object(&mut self, origin: Origin<'a>, place: Place) -> ObjectId {
        self.objects.push(Object {
            origin,
            place,
            fields: Vec::new(),
            log: Vec::new(),
        });
        self.objects.len() - 1
    }

    /// Runs a module's own statements, once; returns its scope, which may still be filling.
    pub(crate) fn load(&mut self, module: ModuleId) -> Rc<Scope<'a>> {
        if let Some(scope) = self.scopes.get(&module) {
            return scope.clone();
        }
        let scope = Scope::new(module, None, false);
        // The scope is registered before the module runs: a circle of imports finds it instead of starting anew.
        self.scopes.insert(module, scope.clone());
        if !self.is_python(module) {
            // What CommonJS modules write to: `exports` and `module.exports` are the same object at first.
            let place = Place { module, line: 1 };
            let exports = self.new_object(Origin::Made("exports"), place);
            let own = self.new_object(Origin::Made("module"), place);
            self.objects[own]
                .fields
                .push(("exports".into(), Value::Object(exports)));
            scope.set("exports", Value::Object(exports));
            scope.set("module", Value::Object(own));
        }
        let files = self.files;
        self.run_body(&files[module].syntax().body, &scope);
        scope
    }

    /// Runs statements whose `return` has no meaning: those of a module or a class.
    pub(super) fn run_body(&mut self, body: &'a [code::syntax::Statement], scope: &Rc<Scope<'a>>) {
        let mut returned = Vec::new();
        self.run_statements(body, scope, &mut returned);
    }

    /// Returns a name that a module gives to others.
    pub(crate) fn export_of(&mut self, module: ModuleId, name: &str) -> Value<'a> {
        self.export_within(module, name, 0)
            .unwrap_or(Value::Unknown)
    }

    /// Returns a name that a module gives to others; none where it gives no such name.
    ///
    /// Names of its own come first, then `export … from`, then `export *`, then CommonJS. `depth` counts the modules
    /// that hand the name on; the search ends at 20, since modules may hand names on in a circle.
    pub(super) fn export_within(
        &mut self,
        module: ModuleId,
        name: &str,
        depth: u32,
    ) -> Option<Value<'a>> {
        if depth > 20 {
            return None;
        }
        let scope = self.load(module);
        if self.is_python(module) {
            return self.python_export(module, &scope, name, depth);
        }
        let files = self.files;
        let exports = &files[module].syntax().exports;
        for export in exports {
            match export {
                Export::Local { exported, local } if **exported == *name => {
                    let value = scope.own(local)?;
                    return Some(self.resolve_import(value));
                }
                Export::From {
                    exported,
                    source,
                    name: inner,
                } if **exported == *name => {
                    return match self.modules.script(&files[module].path, source) {
                        Found::File(id) => self.export_within(id, inner, depth + 1),
                        _ => Some(external_value(source, Some(inner))),
                    };
                }
                Export::Namespace { exported, source } if **exported == *name => {
                    return Some(self.script_module(module, source));
                }
                _ => {}
            }
        }
        // `export *` never hands on the default: the language says so.
        for export in exports {
            if let Export::Everything { source } = export
                && name != "default"
                && let Found::File(id) = self.modules.script(&files[module].path, source)
                && let Some(value) = self.export_within(id, name, depth + 1)
            {
                return Some(value);
            }
        }
        // A module without `export` statements: what `module.exports` holds.
        let common = self.common_exports(&scope)?;
        let is_untouched = matches!(&common, Value::Object(id) if matches!(self.objects[*id].origin, Origin::Made("exports")) && self.objects[*id].fields.is_empty());
        if is_untouched {
            return None;
        }
        match (name, self.own_field(&common, name)) {
            // `module.exports = router` is what `import router from` gives.
            (_, Some(value)) => Some(value),
            ("default", None) => Some(common),
            (_, None) => Some(self.member_of(&common, name, Place { module, line: 1 })),
        }
    }

    /// Returns the value of `module.exports`, the last that was set; none in Python.
    fn common_exports(&self, scope: &Scope<'a>) -> Option<Value<'a>> {
        let Some(Value::Object(own)) = scope.own("module") else {
            return None;
        };
        self.objects[own]
            .fields
            .iter()
            .rev()
            .find(|(name, _)| &**name == "exports")
            .map(|(_, value)| value.clone())
    }

    /// Returns a name of a Python module: its own, one of `from x import *`, or a module in its package.
    fn python_export(
        &mut self,
        module: ModuleId,
        scope: &Rc<Scope<'a>>,
        name: &str,
        depth: u32,
    ) -> Option<Value<'a>> {
        if let Some(value) = scope.own(name) {
            return Some(self.resolve_import(value));
        }
        let stars = scope.stars.borrow().clone();
        for star in stars {
            if star != module
                && let Some(value) = self.export_within(star, name, depth + 1)
            {
                return Some(value);
            }
        }
        let path = &self.files[module].path;
        // `from shop import urls` where `shop/__init__.py` does not name `urls`: the file `shop/urls.py`.
        let folder = path.strip_suffix("/__init__.py")?.to_owned();
        let found = self.modules.inside(&folder, name)?;
        Some(self.value_of_module(found, ""))
    }

    /// Loads a module that was found; `outside` is the path that it is known by where the project does not have it.
    ///
    /// Tests are not run: what they register is no part of the application.
    pub(super) fn value_of_module(&mut self, found: Found, outside: &str) -> Value<'a> {
        match found {
            Found::File(id) => {
                if !self.files[id].is_test {
                    self.load(id);
                }
                Value::Module(id)
            }
            Found::Folder(path) => Value::Package(path.into()),
            Found::Outside => Value::External(outside.into()),
        }
    }

    /// Returns the value of `require`: the CommonJS value, or the module itself.
    pub(super) fn script_module(&mut self, from: ModuleId, source: &str) -> Value<'a> {
        let found = self.modules.script(&self.files[from].path, source);
        self.script_found(found, source)
    }

    /// Returns a module of the project by its path from the root.
    pub(super) fn module_at(&mut self, path: &str) -> Value<'a> {
        let found = self.modules.script("", path);
        self.script_found(found, path)
    }

    /// Returns the value of a script module: the module where it has `export` statements, else its `module.exports`.
    fn script_found(&mut self, found: Found, source: &str) -> Value<'a> {
        let value = self.value_of_module(found, source.strip_prefix("node:").unwrap_or(source));
        if let Value::Module(id) = value
            && self.files[id].syntax().exports.is_empty()
        {
            let scope = self.load(id);
            return self.common_exports(&scope).unwrap_or(value);
        }
        value
    }

    /// Follows an imported name to what it stands for; other values come back as they are.
    ///
    /// Unknown where the name is not exported, where it is one of a test, or after 90 imports and calls within each
    /// other, as names may be imported in a circle.
    pub(crate) fn resolve_import(&mut self, value: Value<'a>) -> Value<'a> {
        match value {
            Value::Imported(module, name) => {
                if self.files[module].is_test {
                    return Value::Unknown;
                }
                self.depth += 1;
                let found = if self.depth > 90 {
                    None
                } else {
                    self.export_within(module, name, 0)
                };
                self.depth -= 1;
                found.unwrap_or(Value::Unknown)
            }
            other => other,
        }
    }

    pub(crate) fn object(&self, id: ObjectId) -> &Object<'a> {
        &self.objects[id]
    }

    pub(crate) fn path(&self, module: ModuleId) -> &'a str {
        &self.files[module].path
    }
}

/// Returns the value of a name from outside: `express.Router`, or `express` for the default; `node:fs` is `fs`.
pub(super) fn external_value<'a>(source: &str, name: Option<&str>) -> Value<'a> {
    let source = source.strip_prefix("node:").unwrap_or(source);
    match name {
        Some(name) if name != "default" => Value::External(format!("{source}.{name}").into()),
        _ => Value::External(source.into()),
    }
}
