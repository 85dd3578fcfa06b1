//! What Django tells of a model class: the application that it belongs to and the name of the model.

use std::rc::Rc;

use super::machine::Machine;
use super::value::{ClassValue, Value};

impl<'a> Machine<'a> {
    /// What the inner class `Meta` of this very class says.
    pub(crate) fn meta(&self, class: &ClassValue<'a>, name: &str) -> Option<Value<'a>> {
        let last = |class: &ClassValue<'a>, name: &str| {
            let fields = class.fields.borrow();
            fields.iter().rev().find(|field| field.name == name).map(|field| field.value.clone())
        };
        last(&*last(class, "Meta")?.as_class()?, name)
    }

    /// The label of the application that a model belongs to.
    pub(crate) fn application_label(&mut self, class: &Rc<ClassValue<'a>>) -> String {
        let lineage = self.lineage(class);
        if let Some(label) = lineage.iter().find_map(|class| self.meta(class, "app_label")?.as_text()) {
            return label.to_string();
        }
        let path = self.path(class.place.module);
        let folder = path.split("/models").next().unwrap_or(path).rsplit('/').next().unwrap_or_default();
        folder.trim_end_matches(".py").to_owned()
    }

    /// `Model._meta.name`.
    pub(super) fn told_by_meta(&mut self, class: &Rc<ClassValue<'a>>, name: &str) -> Option<Value<'a>> {
        let model = class.class.name.to_lowercase();
        match name {
            "app_label" => Some(Value::text(&self.application_label(class))),
            "model_name" => Some(Value::text(&model)),
            "object_name" => Some(Value::text(&class.class.name)),
            "label_lower" => Some(Value::text(&format!("{}.{model}", self.application_label(class)))),
            "label" => Some(Value::text(&format!("{}.{}", self.application_label(class), class.class.name))),
            _ => None,
        }
    }
}
