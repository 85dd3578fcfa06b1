//! The providers, one file each.

pub(crate) mod scripted;
