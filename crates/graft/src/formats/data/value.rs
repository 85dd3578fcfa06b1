//! Values with their types, free of any text: what two pieces of data are compared by, and what a result is checked by.

/// The type that a format reads a scalar as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Kind {
    Null,
    Bool,
    Integer,
    Float,
    Date,
    Text,
    /// A text that readers of the format take for different types: YAML's `yes`, `1_000` or `0o7`.
    Disputed,
    /// A name for a value that stands elsewhere.
    Alias,
    /// Text in single quotes, where the format gives quotes a meaning of their own.
    SingleQuoted,
    /// Text in double quotes, where the format gives quotes a meaning of their own.
    DoubleQuoted,
}

/// A value without parts.
#[derive(Debug, Clone)]
pub(in crate::formats) struct Scalar {
    pub(in crate::formats) kind: Kind,
    /// Text without quotes and escapes; of a number the digits as they are written, for `3.10` is not what `3.1` is to
    /// whoever reads it as text.
    pub(in crate::formats) text: String,
}

impl Scalar {
    pub(in crate::formats) fn new(kind: Kind, text: impl Into<String>) -> Self {
        Scalar {
            kind,
            text: text.into(),
        }
    }

    /// Returns whether the two say the same but for their type: `3.10` and `"3.10"`.
    pub(in crate::formats) fn is_retyped(&self, other: &Scalar) -> bool {
        self.kind != other.kind
            && self.text == other.text
            && self.kind != Kind::Null
            && other.kind != Kind::Null
    }
}

impl PartialEq for Scalar {
    // A `null` is the same however it is written, and so are `True` and `true`.
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && match self.kind {
                Kind::Null => true,
                Kind::Bool => self.text.eq_ignore_ascii_case(&other.text),
                _ => self.text == other.text,
            }
    }
}

/// A value with its parts.
#[derive(Debug, Clone)]
pub(in crate::formats) enum Value {
    Scalar(Scalar),
    /// Entries by key, in any order.
    Map(Vec<(String, Value)>),
    List(Vec<Value>),
    Tagged(String, Box<Value>),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Scalar(one), Value::Scalar(other)) => one == other,
            (Value::List(one), Value::List(other)) => one == other,
            (Value::Tagged(tag, one), Value::Tagged(other_tag, other)) => {
                tag == other_tag && one == other
            }
            (Value::Map(one), Value::Map(other)) => same_entries(one, other),
            _ => false,
        }
    }
}

/// Compares entries without their order; a key that stands several times keeps the order of its values.
fn same_entries(one: &[(String, Value)], other: &[(String, Value)]) -> bool {
    fn sort_entries(entries: &[(String, Value)]) -> Vec<&(String, Value)> {
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by(|one, other| one.0.cmp(&other.0));
        sorted
    }
    one.len() == other.len() && sort_entries(one) == sort_entries(other)
}
