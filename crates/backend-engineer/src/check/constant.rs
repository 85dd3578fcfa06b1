//! Commands that read nothing: of constants alone (`test 1 -eq 1`, `python3 -c 'pass'`, `printf 'exit 0' | bash`). They end
//! the same way on every tree, and so say nothing of this one.

use code::imports::{self, Import};
use code::languages::{Language, named_children};
use code::scopes::{Read, Scopes};
use shell::{Call, Kind, Reading, Trait};

/// Tells that a call compares nothing but words that stand there: no file, no variable, nothing that was substituted.
pub(super) fn compares_words(call: &Call) -> bool {
    // All other operators ask for a file, a variable or a terminal.
    const OF_WORDS: [&str; 10] = [
        "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-z", "-n", "-a", "-o",
    ];
    let is_operator = |word: &str| {
        word.starts_with('-') && word.len() <= 3 && word[1..].starts_with(char::is_alphabetic)
    };
    call.is(Trait::Compares)
        && call.arguments.iter().all(|word| {
            !word.contains(['$', '`', '*', '?'])
                && (!is_operator(word) || OF_WORDS.contains(&word.as_str()))
        })
}

/// Tells that a call is given code that reads nothing, in its arguments or by what is printed to it.
///
/// `is_idle` tells that a script of the shell does nothing.
pub(super) fn runs_constants(
    call: &Call,
    reading: &Reading,
    is_idle: &dyn Fn(&Reading) -> bool,
) -> bool {
    if call.kind() != Kind::Script || call.target.is_some() || !call.is_known() {
        return false;
    }
    if let Some(code) = call.option(&["-c", "-e", "--eval", "-p", "--print"]) {
        return is_constant(call, code, is_idle);
    }
    let is_fed = call.arguments.iter().all(|argument| argument == "-");
    let printed: Vec<&Call> = reading
        .calls()
        .into_iter()
        .filter(|call| call.is(Trait::Prints))
        .collect();
    let runs = |one: &&Call| !one.is(Trait::Prints) && !one.is(Trait::SetsOptions);
    let others = reading.calls().into_iter().filter(runs).count();
    is_fed
        && others == 1
        && matches!(printed.as_slice(), [one] if is_constant(call, &printed_text(one), is_idle))
}

fn printed_text(call: &Call) -> String {
    let words = call
        .arguments
        .iter()
        .filter(|word| !matches!(word.as_str(), "-n" | "-e" | "--" | "%s" | "%s\\n"));
    words
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
        .replace("\\n", "\n")
}

/// Tells that code names nothing, but for what it prints with and how it ends.
fn is_constant(call: &Call, code: &str, is_idle: &dyn Fn(&Reading) -> bool) -> bool {
    let (language, path) = match call.ecosystem() {
        Some("python") => (Language::Python, "code.py"),
        Some("node") => (Language::JavaScript, "code.js"),
        Some(_) => return false,
        None => return is_idle(&shell::read(code)),
    };
    // What the shell puts into the code is not known.
    let expanded = code.contains("$(") || code.contains("${");
    let Some(scopes) = Scopes::of_text(language, code).filter(|_| !expanded) else {
        return false;
    };
    let ends =
        |import: &Import| import.module == "sys" && import.names.iter().all(|name| name == "exit");
    imports::list_imports(path, code).is_some_and(|all| all.iter().all(ends))
        && scopes.reads.iter().all(prints_or_ends)
        && !loads_on_its_way(language, code)
}

/// Tells that a script loads a module by a call or by what it exports: `import('./a.mjs')`.
fn loads_on_its_way(language: Language, code: &str) -> bool {
    let Some(tree) = language.parse(code) else {
        return true;
    };
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        if matches!(node.kind(), "import" | "export_statement") {
            return true;
        }
        waiting.extend(named_children(node));
    }
    false
}

/// Tells that a name is read to print something, or to end the program.
fn prints_or_ends(read: &Read) -> bool {
    match read.name.as_str() {
        "print" | "console" | "exit" | "quit" | "SystemExit" => true,
        "sys" | "process" => read.member.as_deref() == Some("exit"),
        _ => false,
    }
}
