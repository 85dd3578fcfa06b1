//! The script that checks the evidence again: bash, sha256sum or shasum, and the project's own tools; nothing of ours.

use journal::{Evidence, Verdict};

use super::gathered::Gathered;

const HEAD: &str = r#"#!/usr/bin/env bash
# Checks the evidence in this folder again, without the program that wrote it.
#   verify.sh [CHECKOUT]     a clean checkout with the project's tools installed; the current folder by default
# Ends with 0 where every file is the one that the checks ran on and every check that passed then passes now, with 1 where
# one does not, with 3 where the run itself did not end as complete, with 2 where it can't look. It does not look for files that
# the checkout has besides.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
checkout=${1:-.}
cd "$checkout" || exit 2
failed=0

if command -v sha256sum >/dev/null 2>&1; then sum() { sha256sum "$1" | cut -d' ' -f1; }
elif command -v shasum >/dev/null 2>&1; then sum() { shasum -a 256 "$1" | cut -d' ' -f1; }
else echo "neither sha256sum nor shasum is here" >&2; exit 2; fi

while IFS= read -r line; do
  path=${line#*  }
  if [ ! -f "$path" ]; then echo "FAIL  $path is missing"; failed=1
  elif [ "$(sum "$path")" != "${line%%  *}" ]; then echo "FAIL  $path is not the file that the checks ran on"; failed=1; fi
done < "$here/files.sha256"

# The project's own tools come first, as in the run.
enter() {
  cd "$1" || exit 2
  for tools in node_modules/.bin .venv/bin venv/bin; do
    if [ -d "$PWD/$tools" ]; then PATH=$PWD/$tools:$PATH; fi
  done
}
enter .

gone() { if [ -e "$1" ]; then echo "FAIL  $1 was removed, and is here"; failed=1; fi; }

check() { # number, expected exit status, folder, command
  log=$(mktemp) || exit 2
  ( enter "$3" && exec bash -o pipefail -c "$4" ) >"$log" 2>&1 </dev/null
  status=$?
  if [ "$status" -eq "$2" ]; then echo "PASS  $4"
  else echo "FAIL  $4 (exit status $status, not $2)"; tail -n 20 "$log" | sed 's/^/      /'; failed=1; fi
  rm -f "$log"
}
"#;

const FOOT: &str = r#"
if [ "$failed" -ne 0 ]; then echo "The evidence does not hold here."; exit 1; fi
"#;

/// Returns the script.
pub(super) fn render_script(gathered: &Gathered) -> String {
    let mut text = HEAD.to_owned();
    text.push('\n');
    for path in gathered
        .files
        .iter()
        .filter(|(_, hash)| hash.is_none())
        .map(|(path, _)| path)
    {
        text += &format!("gone {}\n", quote_for_shell(path));
    }
    for (command, folder) in &gathered.servers {
        text += &format!(
            "# The run had this server at work for its checks, started in {}:\n",
            folder_of(folder)
        );
        text += &format!(
            "echo {}\n",
            quote_for_shell(&format!(
                "note  start this first where it is not at work: {command}"
            ))
        );
    }
    for (number, evidence) in gathered.passed() {
        text += &render_check(number, evidence);
    }
    text += FOOT;
    let open = gathered
        .checks
        .iter()
        .filter(|check| check.evidence.result.verdict != Verdict::Passed);
    for check in open {
        let line = format!(
            "open  {}: {}",
            check.evidence.subject.item.text, check.evidence.result.detail
        );
        text += &format!("echo {}\n", quote_for_shell(&line));
    }
    let heading = gathered
        .run
        .heading
        .as_deref()
        .unwrap_or("the run did not finish");
    text += &format!(
        "echo {}\n",
        quote_for_shell(&format!(
            "Every file and every check that passed holds here; the run's report: {heading}."
        ))
    );
    text += if gathered.run.exit == Some(0) {
        "exit 0\n"
    } else {
        "exit 3\n"
    };
    text
}

/// Returns the lines that make one check again: a comment with its item, then the call of `check`.
fn render_check(number: usize, evidence: &Evidence) -> String {
    let subject = &evidence.subject;
    let words: Vec<&str> = subject.item.text.split_whitespace().collect();
    format!(
        "# {}\ncheck {number} {} {} {}\n",
        words.join(" "),
        evidence.result.exit.unwrap_or(0),
        quote_for_shell(folder_of(&subject.folder)),
        quote_for_shell(&subject.command)
    )
}

fn folder_of(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

/// Returns the text as one word of a shell.
fn quote_for_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_word_whatever_it_holds() {
        assert_eq!(quote_for_shell("a'b $(x) `y`\nz"), "'a'\\''b $(x) `y`\nz'");
    }
}
