//! The files that `init` offers beside the configuration, each by its name.

/// One file that is offered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offered {
    /// The name that asks for it; several files may share one.
    pub(super) name: &'static str,
    /// Its path from the root.
    pub(super) path: &'static str,
    /// Its text.
    pub(super) text: &'static str,
    /// The way in which it is written: whole, or as a marked part.
    pub(super) how: How,
    /// True if it is a program.
    pub(super) executable: bool,
    /// The step that is left to the user.
    pub(super) note: Option<&'static str>,
}

/// The way in which a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// The whole file is ours; another one of its name is left.
    Whole,
    /// A part between two marks of a file that is the user's.
    MarkedPart,
}

/// The marks around our part of a file.
const MARKS: (&str, &str) = (
    "<!-- backend-engineer: begin -->",
    "<!-- backend-engineer: end -->",
);

/// All of them.
pub(super) const OFFERED: &[Offered] = &[
    Offered {
        name: "agents-md",
        path: "AGENTS.md",
        text: include_str!("../../../../../integrations/AGENTS.snippet.md"),
        how: How::MarkedPart,
        executable: false,
        note: None,
    },
    Offered {
        name: "subagent",
        path: ".claude/agents/phase-implementer.md",
        text: include_str!("../../../../../integrations/plugin/agents/phase-implementer.md"),
        how: How::Whole,
        executable: false,
        note: None,
    },
    Offered {
        name: "skill",
        path: ".claude/skills/implement-phase/SKILL.md",
        text: include_str!("../../../../../integrations/plugin/skills/implement-phase/SKILL.md"),
        how: How::Whole,
        executable: false,
        note: None,
    },
    Offered {
        name: "hook",
        path: ".claude/settings.json",
        text: include_str!("../../../../../integrations/plugin/hooks/hooks.json"),
        how: How::Whole,
        executable: false,
        note: Some(
            "Where .claude/settings.json is yours: add `backend-engineer hook` to its Stop and TaskCompleted hooks.",
        ),
    },
    Offered {
        name: "mcp",
        path: ".mcp.json",
        text: include_str!("../../../../../integrations/plugin/mcp.json"),
        how: How::Whole,
        executable: false,
        note: Some(
            "Where .mcp.json is yours: add a stdio server with the command `backend-engineer mcp`.",
        ),
    },
    Offered {
        name: "github",
        path: ".github/workflows/plans.yml",
        text: include_str!("../../../../../integrations/ci/github.yml"),
        how: How::Whole,
        executable: false,
        note: None,
    },
    Offered {
        name: "gitlab",
        path: ".gitlab/plans.yml",
        text: include_str!("../../../../../integrations/ci/gitlab.yml"),
        how: How::Whole,
        executable: false,
        note: Some("Include .gitlab/plans.yml in .gitlab-ci.yml."),
    },
    Offered {
        name: "gitlab",
        path: ".gitlab/check-plans.sh",
        text: include_str!("../../../../../integrations/ci/check-plans.sh"),
        how: How::Whole,
        executable: true,
        note: None,
    },
];

/// Returns the names that can be asked for.
pub(super) fn names_of_offers() -> Vec<&'static str> {
    let mut names: Vec<&str> = OFFERED.iter().map(|offered| offered.name).collect();
    names.dedup();
    names
}

/// Returns `text` with `part` in place of the part between its marks, or behind all else where it has none; nothing where
/// the marks are not one pair in order.
pub(super) fn with_part(text: &str, part: &str) -> Option<String> {
    let (begin, end) = MARKS;
    match (text.matches(begin).count(), text.matches(end).count()) {
        (0, 0) if text.trim().is_empty() => Some(part.to_owned()),
        (0, 0) => Some(format!("{}\n\n{part}", text.trim_end())),
        (1, 1) => {
            let (from, to) = (text.find(begin)?, text.find(end)?);
            (from < to).then(|| {
                format!(
                    "{}{}{}",
                    &text[..from],
                    part.trim_end(),
                    &text[to + end.len()..]
                )
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_put_in_and_brought_up_to_date() {
        let part = format!("{}\nnew\n{}\n", MARKS.0, MARKS.1);
        let old = format!("# Mine\n\n{}\nold\n{}\n\nMore.\n", MARKS.0, MARKS.1);
        assert_eq!(
            with_part("# Mine\n", &part),
            Some(format!("# Mine\n\n{part}"))
        );
        assert_eq!(with_part("", &part).as_deref(), Some(part.as_str()));
        let brought = with_part(&old, &part).expect("one pair");
        assert_eq!(brought, format!("# Mine\n\n{}\n\nMore.\n", part.trim_end()));
        assert_eq!(with_part(&brought, &part), Some(brought.clone()));
        assert_eq!(with_part(&format!("{}\n{}", MARKS.1, MARKS.0), &part), None);
        assert_eq!(with_part(MARKS.0, &part), None);
    }

    #[test]
    fn each_marked_part_has_its_marks() {
        for offered in OFFERED
            .iter()
            .filter(|offered| offered.how == How::MarkedPart)
        {
            assert!(
                offered.text.starts_with(MARKS.0) && offered.text.trim_end().ends_with(MARKS.1),
                "{}",
                offered.path
            );
        }
    }
}
