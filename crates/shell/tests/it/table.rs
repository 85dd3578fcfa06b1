//! Every rule of the table is decided by its own example.

use shell::{find_faults, read, table_rows};

#[test]
fn the_files_parse() {
    assert_eq!(find_faults(), Vec::<String>::new());
}

#[test]
fn every_rule_is_well_formed() {
    for (row, _) in table_rows() {
        for rule in &row.rules {
            assert!(rule.is_well_formed(), "{:?}: {}", row.names, rule.example);
        }
    }
}

#[test]
fn no_program_stands_in_two_rows() {
    let mut seen = std::collections::HashMap::new();
    for (row, target) in table_rows() {
        for name in &row.names {
            if name == "*" {
                continue;
            }
            if let Some(other) = seen.insert((name.clone(), target), row.names[0].clone()) {
                panic!("{name} stands with {other} and with {}", row.names[0]);
            }
        }
    }
}

#[test]
fn every_example_is_decided_by_its_rule() {
    let mut wrong = Vec::new();
    for (row, _) in table_rows() {
        for rule in &row.rules {
            if !shell::decided_by(&rule.example, rule) {
                wrong.push(format!(
                    "{}: `{}` as {:?}",
                    row.names[0],
                    rule.example,
                    read(&rule.example).kind()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn usual_commands_are_calls_of_their_program() {
    for (program, usual) in shell::usual_commands() {
        let reading = shell::read(&usual.command);
        let call = reading.calls()[0].clone();
        assert!(program.names.contains(&call.program), "{}", usual.command);
        assert!(
            call.kind().is_check() || call.kind() == shell::Kind::Migrate,
            "{}",
            usual.command
        );
        assert!(
            !reading.writes() && !reading.watches() && !reading.lists(),
            "{}",
            usual.command
        );
        let told = usual.files.len() + usual.sections.len() + usual.packages.len();
        assert!(
            told > 0,
            "nothing tells that a project uses `{}`",
            usual.command
        );
    }
    assert_eq!(shell::hook_command("ruff-format"), "ruff format");
    assert_eq!(shell::hook_command("mypy"), "mypy");
    assert_eq!(
        shell::action_command("psf/black"),
        Some("black {options:--check} {src:.}")
    );
}
