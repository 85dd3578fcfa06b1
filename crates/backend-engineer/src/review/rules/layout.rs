//! New files in folders that the codebase doesn't have, where a folder of that name stands elsewhere.

use std::collections::BTreeSet;

use plan::Action;

use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "folder-unknown",
    severity: Severity::Note,
    summary: "a new file's folder is not there, and one of that name stands elsewhere",
    explanation: "The file would open a folder beside the codebase's own layout: the path may have been written from another \
                  folder than the root.\n\n\
                  Example: `app/services/orders.py` where `backend/app/services/` stands.\n\n\
                  Fix it: write the path from the repository's root.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_layout),
    told_by_run: false,
};

fn check_layout(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in context
        .assignment
        .files
        .iter()
        .filter(|file| file.action == Action::Create)
    {
        let Some((folder, _)) = file.path.as_deref().and_then(|path| path.rsplit_once('/')) else {
            continue;
        };
        let first = folder.split('/').next().unwrap_or(folder);
        let files = &context.run.files;
        if files.path_exists(first)
            || context
                .facts
                .made
                .keys()
                .any(|made| made.starts_with(&format!("{first}/")))
        {
            continue;
        }
        let within = format!("/{folder}/");
        let ends = |other: &std::sync::Arc<str>| {
            other
                .find(&within)
                .map(|at| other[..at + within.len() - 1].to_owned())
        };
        let all: BTreeSet<String> = files.all().iter().filter_map(ends).collect();
        // A folder of one name, such as `tests`, may stand in many places.
        let found = all
            .first()
            .filter(|_| all.len() == 1 || folder.contains('/'));
        if let Some(found) = found
            && context.facts.said.insert(format!("folder {folder}"))
        {
            let mut finding = context.finding_at(
                &CODE,
                file.span.clone(),
                format!("there is no folder `{first}`, and `{found}` stands"),
            );
            finding.hint = Some(format!("Is a file in `{found}` meant?"));
            findings.push(finding);
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    #[test]
    fn a_folder_of_one_name_is_named_where_one_alone_bears_it() {
        let plan = "# X\n\n## Phase 1: A\n\n- Create `queries/b.sql`\n";
        let one = [("core/queries/a.sql", "")];
        let two = [("core/queries/a.sql", ""), ("web/queries/a.sql", "")];
        assert_eq!(findings_of_plan(&["folder-unknown"], &one, plan).len(), 1);
        assert_eq!(findings_of_plan(&["folder-unknown"], &two, plan), [""; 0]);
    }

    #[test]
    fn a_folder_that_stands_elsewhere_is_named() {
        let plan = "# X\n\n## Phase 1: A\n\n- Create `app/services/orders.py`\n- Create `app/services/users.py`\n- Create `docs/a/b.md`\n";
        assert_eq!(
            findings_of_plan(
                &["folder-unknown"],
                &[("server/app/services/x.py", "")],
                plan
            ),
            [
                "5: there is no folder `app`, and `server/app/services` stands | Is a file in `server/app/services` meant?"
            ]
        );
    }
}
