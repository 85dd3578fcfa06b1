//! What backends are built and tested with runs inside.

use sandbox::Command;

use crate::bench::{ALL, BACKENDS, Bench, MOUNTING, open, run, succeed};

#[tokio::test]
async fn a_database_of_one_command_is_there_for_the_next() {
    for backend in ALL {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        let make = "import sqlite3; c = sqlite3.connect('app.db'); c.execute('pragma journal_mode=wal'); \
                    c.execute('create table t (a)'); c.execute('insert into t values (7)'); c.commit()";
        let ask = "import sqlite3; print(sqlite3.connect('app.db').execute('select a from t').fetchall())";
        succeed(&sandbox, &format!("python3 -c \"{make}\"")).await;
        assert_eq!(
            succeed(&sandbox, &format!("python3 -c \"{ask}\"")).await,
            "[(7,)]\n",
            "{backend}"
        );
        assert!(!bench.root.join("app.db").exists());
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn python_and_node_run_with_processes_threads_and_sockets() {
    let python = "import concurrent.futures as f, multiprocessing as m, asyncio, tempfile, os, socket\n\
                  def twice(x): return 2 * x\n\
                  if __name__ == '__main__':\n\
                  \x20   with f.ProcessPoolExecutor(2) as p: print(list(p.map(twice, range(3))))\n\
                  \x20   print(asyncio.run(asyncio.sleep(0, 'slept')))\n\
                  \x20   print(m.Value('i', 3).value, len(tempfile.mkdtemp()) > 0)\n\
                  \x20   a, b = socket.socketpair(); a.send(b'x'); print(b.recv(1))\n\
                  \x20   print(os.openpty() is not None)\n";
    for backend in BACKENDS {
        let bench = Bench::new();
        std::fs::write(bench.root.join("many.py"), python).unwrap();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        let text = succeed(&sandbox, "python3 many.py").await;
        assert_eq!(text, "[0, 2, 4]\nslept\n3 True\nb'x'\nTrue\n", "{backend}");
        let node = "const c=require('child_process');console.log(c.execSync('echo child').toString().trim());\
                    new (require('worker_threads').Worker)('console.log(1)',{eval:true})";
        let (outcome, text) = run(&sandbox, &format!("node -e \"{node}\"")).await;
        if outcome.exit == sandbox::Exit::Code(127) {
            println!("skipped: this machine has no node");
        } else {
            assert_eq!(text, "child\n1\n", "{backend}");
        }
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_test_suite_runs_in_a_virtual_environment_of_the_repository() {
    for backend in ALL {
        let bench = Bench::new();
        std::fs::create_dir_all(bench.root.join("tests")).unwrap();
        std::fs::write(bench.root.join("tests/test_app.py"), "import unittest, sys, os\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertTrue(sys.prefix.startswith(os.getcwd()), sys.prefix)\n").unwrap();
        crate::bench::host(
            &bench.root,
            &["python3", "-m", "venv", "--without-pip", ".venv"],
        );
        // What an editable installation writes: the repository's own path.
        let listed = crate::bench::host(&bench.root, &["find", ".venv", "-name", "site-packages"]);
        let packages = bench.root.join(listed.lines().next().unwrap());
        std::fs::write(
            packages.join("app.pth"),
            format!("{}/src\n", bench.root.display()),
        )
        .unwrap();
        let mut policy = bench.policy(*backend);
        policy.paths_first = vec![".venv/bin".into()];
        let Some(sandbox) = open(policy).await else {
            continue;
        };
        sandbox
            .write_file("src/fresh.py", b"value = 'staged'\n", None)
            .await
            .unwrap();
        let text = succeed(
            &sandbox,
            "python -m unittest discover -s tests 2>&1; python -c 'import fresh; print(fresh.value)'",
        )
        .await;
        assert!(
            text.contains("OK") && text.ends_with("staged\n"),
            "{backend}: {text}"
        );
        let (outcome, text) = run(&sandbox, "PATH=${PATH#*:} python3 -m pytest --version").await;
        println!(
            "{backend}: pytest of the machine: {}: {}",
            outcome.exit,
            text.trim()
        );
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn an_environment_that_a_link_leads_to_is_seen_wherever_it_lies() {
    for backend in BACKENDS {
        let bench = Bench::new();
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("pyvenv.cfg"), "home = /usr/bin\n").unwrap();
        std::os::unix::fs::symlink(outside.path(), bench.root.join(".venv")).unwrap();
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("secret"), "").unwrap();
        std::os::unix::fs::symlink(other.path(), bench.root.join("data")).unwrap();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        succeed(&sandbox, "cat .venv/pyvenv.cfg").await;
        assert!(
            !run(&sandbox, "cat data/secret").await.0.exit.is_success(),
            "{backend}"
        );
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn the_kernel_and_the_namespaces_are_out_of_reach() {
    for backend in BACKENDS {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        for script in [
            "mount -t tmpfs none /mnt",
            "umount /tmp",
            "unshare -Ur true",
            "unshare -n true",
            "chroot / true",
            "hostname changed",
            "echo 1 > /proc/sys/kernel/panic",
            "echo b > /proc/sysrq-trigger",
            "nsenter -t 1 -m true",
            "cat /proc/1/environ | grep .",
            "cat /etc/shadow | grep .",
            "mknod device b 8 0 && cat device",
        ] {
            let (outcome, text) = run(&sandbox, script).await;
            assert!(!outcome.exit.is_success(), "{backend}: {script}: {text}");
        }
        sandbox.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_wall_that_mounts_shows_nothing_of_the_host_but_what_it_must() {
    for backend in MOUNTING {
        let bench = Bench::new();
        let Some(sandbox) = open(bench.policy(*backend)).await else {
            continue;
        };
        let text = succeed(
            &sandbox,
            "ls -A /run /home; ls /dev; ls /proc | grep -c '^[0-9]'; touch /tmp/mine",
        )
        .await;
        assert!(
            !text.contains("docker.sock") && !text.contains("sda") && !text.contains("vda"),
            "{backend}: {text}"
        );
        let scratch = bench.scratch.display();
        assert!(
            !run(&sandbox, &format!("ls {scratch}/upper {scratch}/outputs"))
                .await
                .0
                .exit
                .is_success(),
            "{backend}"
        );
        assert_eq!(
            succeed(&sandbox, "ls /tmp | grep mine; echo $TMPDIR").await,
            "mine\n/tmp\n"
        );
        let where_it_is = sandbox
            .run(Command::new("pwd -P"))
            .await
            .unwrap()
            .output
            .head(1000)
            .unwrap();
        assert_eq!(where_it_is.trim_end(), bench.root.to_str().unwrap());
        sandbox.close().await.unwrap();
        assert!(!std::path::Path::new("/tmp/mine").exists());
    }
}
