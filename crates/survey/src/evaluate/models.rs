//! Reads what Django sets on a model class: the application that it belongs to and the name of the
//! model; and of an application: its models.
//!
//! ```text
//! # shop/models/item.py
//! class Item(models.Model):                  Item._meta.app_label is `shop`: the folder above `models`
//!     class Meta: app_label = "store"        or `store`, where the class says so
//!
//! apps.get_models()  of `ShopConfig`          all models with a table below the folder of the configuration
//! ```

use std::rc::Rc;

use super::machine::Machine;
use super::value::{ClassValue, Origin, Value};

/// Returns whether a path is `django.db.models.Model`, or a model that a library builds on it.
///
/// `models.` and the ending `Model` are how such libraries name theirs (`polymorphic.models.PolymorphicModel`). The
/// three that are left out use the same words for something else.
pub(crate) fn is_model_class(path: &str) -> bool {
    let is_other = path.starts_with("tortoise")
        || path.starts_with("odoo")
        || path.starts_with("rest_framework");
    !is_other && path.contains("models.") && path.ends_with("Model")
}

impl<'a> Machine<'a> {
    /// Returns an attribute of the inner class `Meta` of this very class.
    pub(crate) fn meta(&self, class: &ClassValue<'a>, name: &str) -> Option<Value<'a>> {
        let last = |class: &ClassValue<'a>, name: &str| {
            let fields = class.fields.borrow();
            fields
                .iter()
                .rev()
                .find(|field| field.name == name)
                .map(|field| field.value.clone())
        };
        last(&*last(class, "Meta")?.as_class()?, name)
    }

    /// Returns the label of the application that a model belongs to: the one that `Meta` of the class or of a base
    /// gives, else the folder that holds its `models`.
    pub(crate) fn application_label(&mut self, class: &Rc<ClassValue<'a>>) -> String {
        let lineage = self.lineage(class);
        if let Some(label) = lineage
            .iter()
            .find_map(|class| self.meta(class, "app_label")?.as_text())
        {
            return label.to_string();
        }
        // `shop/models.py` and `shop/models/item.py` both give `shop`.
        let path = self.path(class.place.module);
        let folder = path
            .split("/models")
            .next()
            .unwrap_or(path)
            .rsplit('/')
            .next()
            .unwrap_or_default();
        // A model that stands outside `models` gets the name of its file.
        folder.trim_end_matches(".py").to_owned()
    }

    /// Returns `Model._meta.name`: labels and names only, no fields.
    pub(super) fn member_of_meta(
        &mut self,
        class: &Rc<ClassValue<'a>>,
        name: &str,
    ) -> Option<Value<'a>> {
        let model = class.class.name.to_lowercase();
        match name {
            "app_label" => Some(Value::text(&self.application_label(class))),
            "model_name" => Some(Value::text(&model)),
            "object_name" => Some(Value::text(&class.class.name)),
            "label_lower" => Some(Value::text(&format!(
                "{}.{model}",
                self.application_label(class)
            ))),
            "label" => Some(Value::text(&format!(
                "{}.{}",
                self.application_label(class),
                class.class.name
            ))),
            _ => None,
        }
    }

    /// Returns whether a class is a model of Django's that has a table.
    pub(crate) fn is_concrete_model(&mut self, class: &Rc<ClassValue<'a>>) -> bool {
        let is_model = self
            .outside_bases(class)
            .iter()
            .any(|path| is_model_class(path));
        is_model
            && !self
                .meta(class, "abstract")
                .is_some_and(|value| value.is_true())
    }

    /// Returns whether a class configures an application of Django's.
    pub(crate) fn is_configuration(&mut self, class: &Rc<ClassValue<'a>>) -> bool {
        self.outside_bases(class)
            .iter()
            .any(|base| base.ends_with(".AppConfig"))
    }

    /// Returns `AppConfig.get_models()`: the models of the application that an object configures, as they
    /// are loaded.
    ///
    /// Returns none for another method, or an object that configures no application.
    pub(super) fn member_of_configuration(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
    ) -> Option<Value<'a>> {
        let Value::Object(id) = receiver else {
            return None;
        };
        let Origin::Instance { class, .. } = self.objects[*id].origin.clone() else {
            return None;
        };
        if name != "get_models" || !self.is_configuration(&class) {
            return None;
        }
        // `name = "apps.shop"`: the label of an application is the last part.
        let named = self
            .class_member(&class, "label")
            .or_else(|| self.class_member(&class, "name"))?
            .as_text()?;
        let label = named.rsplit('.').next().unwrap_or(&named);
        let folder = self
            .path(class.place.module)
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        let mut models = Vec::new();
        // A model belongs to the application where both say so: the folder it lies in and its label.
        for model in self.classes.clone() {
            let is_inside = self
                .path(model.place.module)
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'));
            if is_inside
                && self.application_label(&model) == label
                && self.is_concrete_model(&model)
            {
                models.push(Value::Class(model));
            }
        }
        Some(Value::list(models))
    }
}
