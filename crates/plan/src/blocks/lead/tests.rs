//! Sentences, and what they make of the block below them.

use super::*;

#[test]
fn words_of_removal_lead_to_what_goes() {
    let mut wrong: Vec<(&str, Lead)> = Vec::new();
    for words in [
        "Remove:",
        "Delete the following code (about lines 2-8):",
        "Remove this field from `User`:",
        "In `keep`, remove the line:",
        "Remove the `old` helper:",
        "Entferne:",
        "Folgende Funktion entfernen:",
        "In `keep` die Zeile entfernen:",
        "删除以下代码：",
        "从 `User` 中移除：",
        "次の関数を削除する:",
        "`User`에서 다음 필드를 제거:",
        "Supprimer :",
        "Retirer l'import inutile :",
        "Quita este campo de `User`:",
        "Drop this function, nothing calls it:",
        "This import goes away:",
        "**Changes**: Remove the legacy route:",
        "The following import is no longer needed, remove it:",
        "Get rid of:",
        "Remove this function from `app/x.py`:",
    ] {
        if read_lead(words, "def old():\n    return 0\n") != Lead::Removes {
            wrong.push((words, read_lead(words, "def old():\n    return 0\n")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn words_of_removal_may_lead_to_what_stays() {
    for words in [
        "Remove `limit` from `listed`:",
        "Remove the check and return early:",
        "Drop-in replacement:",
        "Keep only this; delete the rest:",
        "Dead code removed; the remaining part reads:",
        "移除旧代码后保留：",
        "`fresh` goes away, `old` comes instead:",
        "Añadir `old`; `fresh` desaparece:",
        "`old` replaces the removed `fresh`:",
    ] {
        assert_ne!(
            read_lead(words, "def old():\n    return 0\n"),
            Lead::Removes,
            "{words}"
        );
    }
    for words in ["Into `a.py` goes:", "In `a.py` goes:", "Below `a` goes:"] {
        assert!(
            !matches!(
                read_lead(words, "def b():\n    return 0\n"),
                Lead::Removes | Lead::MayRemove
            ),
            "{words}"
        );
    }
    assert_eq!(
        read_lead("Delete handler:", "def delete_item():\n    pass\n"),
        Lead::Asks
    );
    assert_eq!(
        read_lead("Remove unused import:", "import os\n"),
        Lead::MayRemove
    );
}

#[test]
fn what_is_only_shown_is_told_by_its_words() {
    let mut wrong: Vec<(&str, Lead)> = Vec::new();
    for words in [
        "For reference, this is how it was before:",
        "Do not write it like this:",
        "What not to do:",
        "How not to write it:",
        "So nicht:",
        "Nicht so schreiben:",
        "错误示例：",
        "Mauvais exemple :",
        "Phase 2 will later turn it into:",
        "We considered this and rejected it:",
        "Verworfene Alternative:",
        "Avoid this:",
        "Not:",
        "Bad:",
        "❌ Wrong:",
        "The current implementation is wrong:",
        "Alternative that we do not take:",
        "In a later phase:",
        "Not part of this phase:",
        "Illustration only:",
        "Nur zur Illustration:",
        "仅供参考：",
        "À titre d'exemple seulement :",
        "Solo como ejemplo:",
        "Ne pas modifier `b`, montré pour le contexte :",
        "No cambies `b`; se muestra como contexto:",
        "For reference only (no change needed):",
        "This must not be applied yet:",
        "This is how it must not look:",
        "This is not to be added in this phase:",
        "Dies darf noch nicht angewendet werden:",
        "不要修改 `b`，仅供参考：",
        "Don't apply this, it is an alternative that was rejected:",
        "Nicht übernehmen, nur als Beispiel:",
        "Example of a caller (not part of this phase):",
        "No further changes to `b`:",
        "Rejected alternative:",
        "What we will do in phase 2 later:",
        "`b` bleibt unverändert, nur zur Orientierung:",
    ] {
        if read_lead(words, "x = 1\n") != Lead::Shows {
            wrong.push((words, read_lead(words, "x = 1\n")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn how_the_code_is_now_is_told_by_its_words() {
    let mut wrong: Vec<(&str, Lead)> = Vec::new();
    for words in [
        "Currently `b` reads:",
        "This is what `b` looks like today:",
        "`b` should stay the way it is:",
        "Before the change, `b` was:",
        "`b` (unchanged):",
        "`b` reste inchangé :",
        "Sin cambios en `b`:",
        "Existing code of `b`:",
    ] {
        if read_lead(words, "x = 1\n") != Lead::Stands {
            wrong.push((words, read_lead(words, "x = 1\n")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn words_that_ask_for_a_change_decide() {
    let mut wrong: Vec<(&str, Lead)> = Vec::new();
    for words in [
        "Add:",
        "Keep `a` as it is and add:",
        "Without touching `b`, add:",
        "Below the existing route, add:",
        "In `src/a.ts`, tweak `f`:",
        "Tweak `f`:",
        "If it does not exist, create it:",
        "Ergänze, ohne `b` zu ändern:",
        "在 `a` 后添加：",
        "Replace the current body with:",
        "It becomes:",
        "New version:",
        "`app/a.py`:",
        "In `app/a.py`:",
        "At the end of the file:",
        "1.",
        "Do not touch `b`; add this to `a`:",
        "We need to add a guard:",
        "The list should now be sorted:",
        "The loader is slow and was never cached. Cache it:",
        "The current handler stays; wrap it:",
    ] {
        if read_lead(words, "x = 1\n") != Lead::Asks {
            wrong.push((words, read_lead(words, "x = 1\n")));
        }
    }
    for words in ["The service:", "The client in another repository has:"] {
        if read_lead(words, "x = 1\n") != Lead::Unclear {
            wrong.push((words, read_lead(words, "x = 1\n")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn words_that_add_a_block_make_it_no_old_code() {
    for (words, wanted) in [
        ("Below `Book`, add:", Some(Added::Plainly)),
        ("Add the model:", Some(Added::Plainly)),
        ("In `app/store.py` add:", Some(Added::Plainly)),
        ("The new class:", Some(Added::Plainly)),
        ("and below `Book`:", Some(Added::ByPlace)),
        ("In `f`, change:", None),
        ("In `f`, swap:", None),
        ("Replace the new handler:", None),
        ("`src/a.ts`:", None),
        ("`src/a.ts` now:", None),
    ] {
        assert_eq!(read_added(words), wanted, "{words}");
    }
}

#[test]
fn what_is_denied_is_not_written_and_what_is_only_reminded_of_is() {
    let code = "def origins():\n    return []\n";
    for words in [
        "Under no circumstances is `origins` to be replaced by the following:",
        "`origins` is not to be replaced by this:",
        "Instead of rewriting it like this, keep `origins`:",
        "~~Replace `origins`:~~",
        "~~In `app/main.py`,~~ ~~replace `origins`:~~",
    ] {
        assert_eq!(read_lead(words, code), Lead::Shows, "{words}");
    }
    for words in [
        "Do not forget to narrow `origins`:",
        "Don't forget to replace `origins`:",
        "Replace `origins`; leave `paths` alone:",
        "Replace `origins`; leave `paths` alone.",
        "Not only the paths, but the origins are narrow from now on:",
        "`origins` darf nicht mehr alles erlauben:",
        "Instead of `paths`, use this:",
        "~~Add~~ Replace `origins`:",
    ] {
        assert_eq!(read_lead(words, code), Lead::Asks, "{words}");
    }
}

#[test]
fn brackets_below_a_block_may_take_it_back() {
    for words in [
        "(Shown for context only, no change needed.)",
        "*(For reference.)*",
        "(Not part of this phase.)",
        "(No changes to this function.)",
    ] {
        assert!(is_taken_back(words), "{words}");
    }
    for words in [
        "(Don't forget the export.)",
        "(No migration is needed.)",
        "(No change to `b`.)",
        "(The current tests keep passing.)",
        "For reference, see `b`.",
        "(For reference, the old one:)",
    ] {
        assert!(!is_taken_back(words), "{words}");
    }
}
