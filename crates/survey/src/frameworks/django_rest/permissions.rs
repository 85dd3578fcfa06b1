//! Guards of REST framework: permission and authentication classes, of a view or of the settings.
//!
//! ```text
//! permission_classes = [IsAdminUser]                          `IsAdminUser`
//! REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": […]}        those, for a view without a list of its own
//! authentication_classes = [ApiKey]                           `ApiKey`, if its `authenticate` turns callers away
//!                                                             and no way through it returns nothing
//! ```

use crate::evaluate::{Arguments, ClassValue, Machine, Origin, Value};
use std::rc::Rc;

/// Returns the guards of a view class: of its permissions, then of its authentication, each from the settings where
/// the class has no list.
pub(crate) fn permission_guards<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
) -> Vec<String> {
    let own = ["permission_classes", "authentication_classes"]
        .map(|name| machine.class_member(class, name));
    let [permissions, authentication] = own;
    let permissions = permissions
        .unwrap_or_else(|| setting_classes(machine, class, "DEFAULT_PERMISSION_CLASSES"));
    let authentication = authentication
        .unwrap_or_else(|| setting_classes(machine, class, "DEFAULT_AUTHENTICATION_CLASSES"));
    let mut guards = machine.guard_names(&permissions.items());
    // Most authentication lets those pass who bring nothing; the project's own may turn them away.
    let own: Vec<_> = authentication
        .items()
        .into_iter()
        .filter(|value| turns_away(machine, value))
        .collect();
    guards.extend(own.iter().map(|value| machine.label_of(value)));
    guards
}

/// Returns the permissions that a viewset's own `get_permissions` gives for an action, where what it
/// does is decided by the action alone: `if self.action == "shared": return [AllowAny()]`.
///
/// Returns none where the class has no such method, or where the list or an item of it is not known.
pub(super) fn given_for_action<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
    action: &str,
) -> Option<Value<'a>> {
    let method = machine.method(class, "get_permissions")?;
    let this = machine.new_object(
        Origin::Instance {
            class: class.clone(),
            arguments: Arguments::default(),
        },
        method.place,
    );
    let this = Value::Object(this);
    machine.set_member(&this, "action", Value::text(action));
    let given = machine.invoke(&method, Some(this), &Arguments::default());
    let is_known = |item: &Value<'a>| item.as_object().is_some() || item.as_class().is_some();
    let is_whole = matches!(&given, Value::List(items) if items.borrow().iter().all(is_known));
    is_whole.then_some(given)
}

/// Returns whether an authentication class of the project raises an error where it finds nothing,
/// and has no way past it.
pub(super) fn turns_away<'a>(machine: &mut Machine<'a>, value: &Value<'a>) -> bool {
    let Some(class) = value.as_class() else {
        return false;
    };
    let Some(method) = machine.method(&class, "authenticate") else {
        return false;
    };
    machine.keeps_out(&Value::Function(method.clone())) && !gives_nothing(&method.function.body)
}

/// Returns whether some way through the statements returns nothing.
pub(super) fn gives_nothing(body: &[code::syntax::Statement]) -> bool {
    use code::syntax::{Expression, Statement};
    body.iter().any(|statement| match statement {
        Statement::Return(value) => matches!(value, None | Some(Expression::Null)),
        Statement::If(_, then, otherwise) => gives_nothing(then) || gives_nothing(otherwise),
        Statement::Loop(_, _, body) | Statement::Block(body) => gives_nothing(body),
        _ => false,
    })
}

/// Returns a list of classes that the project's settings name for all of REST framework's views.
///
/// The value is unknown for a class that extends nothing of REST framework, or where no settings name any.
pub(super) fn setting_classes<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
    name: &str,
) -> Value<'a> {
    let is_view = machine
        .outside_bases(class)
        .iter()
        .any(|path| path.starts_with("rest_framework"));
    default_classes(machine, name)
        .filter(|_| is_view)
        .unwrap_or(Value::Unknown)
}

/// Returns `REST_FRAMEWORK[name]` of the first settings that have it, each dotted text as the class that it names.
///
/// A class that is not in the project stays its path. Returns none where no settings have it.
pub(crate) fn default_classes<'a>(machine: &mut Machine<'a>, name: &str) -> Option<Value<'a>> {
    let files = machine.files;
    let holds =
        |file: &crate::source::SourceFile| !file.is_test && file.text.contains("REST_FRAMEWORK");
    for module in (0..files.len()).filter(|module| holds(&files[*module])) {
        let Some(settings) = machine.load(module).own("REST_FRAMEWORK") else {
            continue;
        };
        let Some(given) = settings.entry(name) else {
            continue;
        };
        let listed = if given.as_text().is_some() {
            vec![given]
        } else {
            given.items()
        };
        let mut classes = Vec::new();
        for text in listed.iter().filter_map(Value::as_text) {
            let (path, last) = text.rsplit_once('.').unwrap_or(("", &text));
            classes.push(match machine.modules.python(&files[module].path, path) {
                code::modules::Found::File(found) => machine.export_of(found, last),
                _ => Value::External(text.clone()),
            });
        }
        return Some(Value::list(classes));
    }
    None
}
