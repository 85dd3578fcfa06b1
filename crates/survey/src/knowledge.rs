//! Adds what a survey holds beside routes and models, and partly from them: stack, commands, layers
//! and conventions.

use crate::Survey;
use crate::conventions::ConventionContext;
use crate::documents::Documents;
use crate::source::Sources;
use code::glance::{Glance, glance};
use code::modules::Modules;

/// Adds these parts to a survey that holds its routes and models.
pub(crate) fn add_knowledge(
    survey: &mut Survey,
    sources: &Sources,
    documents: &Documents,
    modules: &Modules,
) {
    let outlines: Vec<Glance> = sources
        .files
        .iter()
        .map(|file| glance(file.language, &file.text))
        .collect();
    survey.stack = crate::stack::read_stack(documents, sources);
    crate::undetected::add_undetected(survey, sources);
    survey.commands = crate::commands::read_commands(documents, sources, &survey.stack);
    survey.layers = crate::layers::read_layers(sources, modules, &outlines, survey);
    let ground = ConventionContext::new(sources, &outlines, &survey.layers, &survey.routes);
    survey.conventions = crate::conventions::read_conventions(&ground);
}
