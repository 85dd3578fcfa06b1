//! The input of a tool: a struct whose doc comments are what the model reads, and the small JSON schema made from it.

use serde_json::{Value, json};

/// A type that a tool's parameter may have, with its JSON schema.
pub(super) trait Parameter {
    /// True if a call must have it.
    const REQUIRED: bool = true;

    /// Returns its schema, without the description.
    fn schema() -> Value;
}

impl Parameter for String {
    fn schema() -> Value {
        json!({ "type": "string" })
    }
}

impl Parameter for u64 {
    fn schema() -> Value {
        json!({ "type": "integer" })
    }
}

impl Parameter for bool {
    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

impl<T: Parameter> Parameter for Option<T> {
    const REQUIRED: bool = false;

    fn schema() -> Value {
        T::schema()
    }
}

/// Makes the struct that a tool's arguments are read into, and `spec`, by which a model is told of the tool. A doc
/// comment of two lines or more is one paragraph; parameters without one are told by their names.
macro_rules! input {
    (
        $(#[doc = $about:literal])+
        $tool:literal $name:ident {
            $( $(#[doc = $doc:literal])* $key:literal $field:ident: $type:ty, )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $( $(#[doc = $doc])* #[serde(rename = $key)] pub(super) $field: $type, )+
        }

        impl $name {
            /// Returns how a model is told of the tool.
            pub(super) fn spec() -> llm::ToolSpec {
                use $crate::implement::tools::input::Parameter;
                let mut properties = serde_json::Map::new();
                let mut required = Vec::new();
                $(
                    let mut schema = <$type as Parameter>::schema();
                    let docs: &[&str] = &[$($doc),*];
                    let description = docs.concat();
                    if !description.is_empty() {
                        schema["description"] = description.trim().into();
                    }
                    properties.insert($key.to_owned(), schema);
                    if <$type as Parameter>::REQUIRED {
                        required.push($key);
                    }
                )+
                llm::ToolSpec {
                    name: $tool.to_owned(),
                    description: [$($about),+].concat().trim().to_owned(),
                    schema: serde_json::json!({ "type": "object", "properties": properties, "required": required }),
                }
            }

            /// Reads the arguments of a call.
            pub(super) fn read(arguments: &serde_json::Value) -> Result<Self, agent::ToolError> {
                <Self as serde::Deserialize>::deserialize(arguments)
                    .map_err(|error| agent::ToolError::Tell(format!("The arguments of {} don't fit: {error}.", $tool)))
            }
        }
    };
}

pub(super) use input;
