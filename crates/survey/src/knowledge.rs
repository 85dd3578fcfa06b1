//! What a survey tells beside routes and models, and partly from them: stack, commands, layers and conventions.

use crate::Survey;
use crate::conventions::Ground;
use crate::documents::Documents;
use crate::modules::Modules;
use crate::outline::{self, Outline};
use crate::source::Sources;

/// Adds these parts to a survey that holds its routes and models.
pub(crate) fn add(survey: &mut Survey, sources: &Sources, documents: &Documents, modules: &Modules<'_>) {
    let outlines: Vec<Outline> = sources.files.iter().map(outline::of).collect();
    survey.stack = crate::stack::read(documents, sources);
    survey.commands = crate::commands::read(documents, sources, &survey.stack);
    survey.layers = crate::layers::read(sources, modules, &outlines, &survey.stack, &survey.routes, &survey.entities);
    let ground = Ground::new(sources, &outlines, &survey.layers, &survey.routes);
    survey.conventions = crate::conventions::read(&ground);
}
