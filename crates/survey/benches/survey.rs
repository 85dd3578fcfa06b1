//! How long a survey takes as the tree grows: cold, unchanged, and after one edit.
//! `SURVEY_TREE=PATH` adds a tree of your own.

#![expect(
    clippy::expect_used,
    reason = "a bench without its tree measures nothing"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::{env, fs};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use survey::{Cache, survey_tree};

const FILES: [usize; 3] = [100, 400, 1_600];

/// Returns one feature: a router with ten routes, and the model and service that it uses.
fn feature(number: usize) -> [(String, String); 3] {
    let mut router = format!(
        "from fastapi import APIRouter, Depends\n\nfrom app.services.thing_{number} import Service\n\n\
         router = APIRouter(prefix=\"/things-{number}\")\n"
    );
    let mut service = format!(
        "from app.models.thing_{number} import Thing\n\n\nclass Service:\n    limit = 10\n"
    );
    for step in 0..10 {
        let _ = write!(
            router,
            "\n\n@router.get(\"/{{key}}/step-{step}\")\nasync def step_{step}(key: int, service: Service = Depends(Service)):\n    \
             found = await service.step_{step}(key)\n    if found is None:\n        return {{\"detail\": \"nothing\"}}\n    \
             return {{\"data\": [part.name for part in found.parts if part.is_open]}}\n"
        );
        let _ = write!(
            service,
            "\n    async def step_{step}(self, key: int) -> Thing | None:\n        rows = await self.session.execute(\
             select(Thing).where(Thing.id == key))\n        for row in rows:\n            if row.total > {step}:\n                \
             return row\n        return None\n"
        );
    }
    let model = format!(
        "from sqlalchemy import Column, ForeignKey, Integer, String\n\nfrom app.database import Base\n\n\n\
         class Thing(Base):\n    __tablename__ = \"things_{number}\"\n    id = Column(Integer, primary_key=True)\n    \
         name = Column(String, nullable=False)\n    other_id = Column(Integer, ForeignKey(\"things_{number}.id\"))\n"
    );
    [
        (format!("app/routers/thing_{number}.py"), router),
        (format!("app/services/thing_{number}.py"), service),
        (format!("app/models/thing_{number}.py"), model),
    ]
}

/// Writes an application of about so many files.
fn plant(root: &Path, files: usize) {
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).expect("a folder for the tree");
        }
        fs::write(path, text).expect("a file of the tree");
    };
    let features = files / 3;
    let mut main = String::from("from fastapi import FastAPI\n\n");
    for number in 0..features {
        let _ = writeln!(main, "from app.routers import thing_{number}");
        for (path, text) in feature(number) {
            write(&path, &text);
        }
    }
    main.push_str("\napp = FastAPI()\n");
    for number in 0..features {
        let _ = writeln!(
            main,
            "app.include_router(thing_{number}.router, prefix=\"/api\")"
        );
    }
    write("app/main.py", &main);
    write(
        "app/database.py",
        "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n",
    );
    for package in ["app", "app/routers", "app/services", "app/models"] {
        write(&format!("{package}/__init__.py"), "");
    }
}

/// A tree to survey.
struct Measured<'a> {
    name: &'a str,
    root: &'a Path,
    files: usize,
    /// The file that is changed between two surveys; none where there is no such file.
    edited: &'a Path,
}

fn measure(criterion: &mut Criterion, measured: &Measured<'_>) {
    let &Measured {
        name,
        root,
        files,
        edited,
    } = measured;
    let mut group = criterion.benchmark_group("survey");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(files as u64));
    group.bench_function(BenchmarkId::new("cold", name), |bencher| {
        bencher.iter(|| survey_tree(black_box(root), None))
    });
    let mut cache = Cache::default();
    survey_tree(root, Some(&mut cache));
    group.bench_function(BenchmarkId::new("unchanged", name), |bencher| {
        bencher.iter(|| survey_tree(black_box(root), Some(&mut cache)));
    });
    if edited.is_file() {
        let text = fs::read_to_string(edited).expect("the file to edit");
        let mut round = 0;
        group.bench_function(BenchmarkId::new("one edit", name), |bencher| {
            bencher.iter(|| {
                round += 1;
                fs::write(edited, format!("{text}\n# {round}\n")).expect("the file to edit");
                survey_tree(black_box(root), Some(&mut cache))
            });
        });
    }
    group.finish();
}

fn growing(criterion: &mut Criterion) {
    for files in FILES {
        let tree = tempfile::tempdir().expect("a folder for the tree");
        plant(tree.path(), files);
        measure(
            criterion,
            &Measured {
                name: &files.to_string(),
                root: tree.path(),
                files,
                edited: &tree.path().join("app/routers/thing_0.py"),
            },
        );
    }
    // Only read: no file of a tree that is not ours is edited.
    if let Some(tree) = env::var_os("SURVEY_TREE") {
        measure(
            criterion,
            &Measured {
                name: "own tree",
                root: Path::new(&tree),
                files: 1,
                edited: Path::new(""),
            },
        );
    }
}

criterion_group!(benches, growing);
criterion_main!(benches);
