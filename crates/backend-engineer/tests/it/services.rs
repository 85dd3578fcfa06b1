//! Real services: what may reach them, and what is not run where it could destroy their data.

use std::net::TcpListener;

use crate::program::Scene;

/// Listens on a port of this machine for as long as the test runs, and greets whoever comes.
fn greeter() -> u16 {
    use std::io::Write;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        listener
            .incoming()
            .flatten()
            .for_each(|mut stream| drop(stream.write_all(b"a real database\n")));
    });
    port
}

const MANAGE: &str = "import pathlib\npathlib.Path('flushed').touch()\n";

#[test]
fn what_would_destroy_lasting_data_is_not_run() {
    for (disposable, code, ran) in [("false", 7, false), ("true", 0, true)] {
        let scene = Scene::new();
        let services = format!(
            "[services]\ndatabase = {{ port = {}, disposable = {disposable} }}\n",
            greeter()
        );
        scene.file("home/.config/backend-engineer/config.toml", &services).file("repository/manage.py", MANAGE).file(
            "repository/plan.md",
            "# Plan\n\n## Phase 1: A fresh start\n\n### Success Criteria\n\n#### Automated Verification:\n\n\
             - [ ] The database is empty: `python3 manage.py flush --no-input`\n",
        );
        let ended = scene.run(&["implement", "plan.md", "--phase", "1"]);
        assert_eq!(ended.code, code, "{ended}");
        let refused = "deletes data of a database, and may reach the service `database`";
        assert_eq!(ended.stdout.contains(refused), !ran, "{ended}");
        assert_eq!(scene.read("plan.md").contains("- [x]"), ran, "{ended}");
    }
}

#[test]
fn a_models_commands_meet_no_service_unless_they_are_let() {
    for (for_model, met) in [("false", false), ("true", true)] {
        let (scene, port) = (Scene::new(), greeter());
        let connect = format!(
            "import socket\nassert socket.create_connection(('127.0.0.1', {port}), 5).recv(99) == b'a real database\\n'\n"
        );
        let settings = format!("services_for_model = {for_model}\n[services]\ndatabase = {port}\n");
        scene
            .file("home/.config/backend-engineer/config.toml", &settings)
            .file("repository/connect.py", &connect)
            .file(
                "repository/plan.md",
                "# Plan\n\n## Phase 1: Notes\n\n- [ ] Write down in `notes.md` what the database says\n\n\
             ### Success Criteria\n\n#### Automated Verification:\n\n- [ ] It answers: `python3 connect.py`\n",
            );
        let script = r#"[
            { "call": [["Bash", { "command": "python3 connect.py && echo MET > notes.md || echo ALONE > notes.md" }]] },
            { "call": [["Bash", { "command": "psql -c 'drop table orders'" }]] },
            { "say": "Done." }
        ]"#;
        scene.file("home/script.json", script);
        let model = format!(
            "scripted/{}",
            scene.root().join("../home/script.json").display()
        );
        let ended = scene.run(&[
            "implement",
            "plan.md",
            "--phase",
            "1",
            "--model",
            &model,
            "--json",
        ]);
        assert_eq!(
            scene.read("notes.md"),
            if met { "MET\n" } else { "ALONE\n" },
            "{ended}"
        );
        let told = scene.run(&["show", "--json"]).stdout;
        assert!(told.contains("It was not run."), "{told}");
        assert!(ended.stdout.contains("connect.py"), "{ended}");
        // The plan's own check reaches it either way.
        assert!(
            scene.read("plan.md").contains("- [x] It answers"),
            "{ended}"
        );
    }
}
