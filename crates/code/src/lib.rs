//! Source text: languages, imports, scopes, how modules load one another; which files belong to the
//! tests, to tools or to other people; what comes with a language.
//!
//! Pure: text in, values out. It knows no plan. The modules stand in the order in which they build
//! on one another.

#![forbid(unsafe_code)]

pub mod standard_library;

pub mod paths;

pub mod languages;

pub mod imports;

pub mod definitions;

pub mod items;

pub mod test_code;

pub mod test_cases;

pub mod weakening;

pub mod mutants;

pub mod outline;

pub mod glance;

pub mod modules;

pub mod syntax;

pub mod scopes;

pub mod loading;
