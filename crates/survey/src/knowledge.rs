//! What a survey tells beside routes and models, and partly from them: stack, commands, layers and conventions.

use crate::Survey;
use crate::conventions::Ground;
use crate::documents::Documents;
use crate::source::Sources;
use code::glance::{Glance, glance};
use code::modules::Modules;

/// Adds these parts to a survey that holds its routes and models.
pub(crate) fn add(
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
    survey.stack = crate::stack::read(documents, sources);
    crate::silent::add(survey, sources);
    survey.commands = crate::commands::read(documents, sources, &survey.stack);
    survey.layers = crate::layers::read(
        sources,
        modules,
        &outlines,
        &survey.stack,
        &survey.routes,
        &survey.entities,
    );
    let ground = Ground::new(sources, &outlines, &survey.layers, &survey.routes);
    survey.conventions = crate::conventions::read(&ground);
}
