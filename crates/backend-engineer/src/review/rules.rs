//! The rules, one file each. To add one: its file, a `mod` line and a line in [`RULES`].

mod steps_of_run;
mod file_missing;
mod file_exists;
mod quotes;
mod placement;
mod done;
mod imports;
mod symbols;
mod packages;
mod programs;
mod scripts;
mod watching;
mod destroying;
mod criteria;
mod layout;
mod routes;
mod ticked;
mod look_alike;

pub(super) use ticked::check_ticked_items;
pub(crate) use ticked::is_missing as is_ticked_but_missing;

use crate::review::rule::Rule;

/// Every rule, in the order in which they look.
pub(super) const RULES: [&Rule; 18] = [
    &steps_of_run::RULE,
    &file_missing::RULE,
    &file_exists::RULE,
    &quotes::RULE,
    &placement::RULE,
    &done::RULE,
    &imports::RULE,
    &symbols::RULE,
    &packages::RULE,
    &programs::RULE,
    &scripts::RULE,
    &watching::RULE,
    &destroying::RULE,
    &criteria::RULE,
    &layout::RULE,
    &routes::RULE,
    &ticked::RULE,
    &look_alike::RULE,
];
