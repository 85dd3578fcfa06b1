//! How long a placement takes as the file grows: exact edits, diffs and every kind of snippet on 250, 1,000 and 4,000 lines.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use graft::{Context, File, Graft, Snippet};

const LENGTHS: [usize; 3] = [250, 1_000, 4_000];

/// A Python service of about so many lines, ten a method.
fn python(lines: usize) -> String {
    let mut text = String::from(
        "import logging\n\nfrom shop.models import Order\n\n\nclass OrderService:\n    limit = 10\n",
    );
    for method in 0..lines / 10 {
        let _ = write!(
            text,
            "\n    def step_{method}(self, order: Order) -> int:\n        \"\"\"Step {method}.\"\"\"\n        total = 0\n        \
             for item in order.items:\n            if item.price > {method}:\n                total += item.price\n        \
             logging.info(\"step {method}: %s\", total)\n        return total\n"
        );
    }
    text
}

/// A TypeScript service of about so many lines, ten a method.
fn typescript(lines: usize) -> String {
    let mut text = String::from(
        "import { Order } from './order';\n\nexport class OrderService {\n  private limit = 10;\n",
    );
    for method in 0..lines / 10 {
        let _ = write!(
            text,
            "\n  async step{method}(order: Order): Promise<number> {{\n    let total = 0;\n    for (const item of order.items) \
             {{\n      if (item.price > {method}) {{\n        total += item.price;\n      }}\n    }}\n    \
             this.log.info(`step {method}: ${{total}}`);\n    return total;\n  }}\n"
        );
    }
    text.push_str("}\n");
    text
}

/// A compose file of about so many lines, five a service.
fn yaml(lines: usize) -> String {
    let mut text = String::from("services:\n");
    for service in 0..lines / 5 {
        let _ = write!(
            text,
            "  app{service}:\n    image: app:{service}\n    ports:\n      - \"{service}:80\"\n    restart: always\n"
        );
    }
    text
}

/// A manifest of about so many lines.
fn json(lines: usize) -> String {
    let scripts: Vec<String> = (0..lines)
        .map(|line| format!("    \"task{line:05}\": \"node {line}.js\""))
        .collect();
    format!(
        "{{\n  \"name\": \"shop\",\n  \"scripts\": {{\n{}\n  }}\n}}\n",
        scripts.join(",\n")
    )
}

fn applied(answer: Graft) -> String {
    match answer {
        Graft::Applied(applied) => applied.text,
        other => panic!("{other:?}"),
    }
}

fn exact_edits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replace");
    for length in LENGTHS {
        let text = python(length);
        let method = length / 20;
        let old = format!("logging.info(\"step {method}: %s\", total)\n        return total");
        let new = format!("logging.debug(\"step {method}: %s\", total)\n        return total");
        let drifted =
            format!("logging.info(\u{201c}step {method}: %s\u{201d}, total)\nreturn total");
        group.throughput(Throughput::Elements(length as u64));
        group.bench_with_input(BenchmarkId::new("exact", length), &text, |bench, text| {
            bench.iter(|| applied(graft::apply_replacement(black_box(text), &old, &new, false)));
        });
        group.bench_with_input(BenchmarkId::new("drifted", length), &text, |bench, text| {
            bench.iter(|| {
                applied(graft::apply_replacement(
                    black_box(text),
                    &drifted,
                    "return total + 1",
                    false,
                ))
            });
        });
    }
    group.finish();
}

fn diffs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("diff");
    for length in LENGTHS {
        let text = python(length);
        let method = length / 20;
        let diff = format!(
            "@@ -1,4 +1,4 @@\n import logging\n+import time\n@@ -9 +9 @@\n-        logging.info(\"step {method}: %s\", total)\n\
             +        logging.debug(\"step {method}: %s\", total)\n         return total\n"
        );
        group.throughput(Throughput::Elements(length as u64));
        group.bench_with_input(BenchmarkId::from_parameter(length), &text, |bench, text| {
            bench.iter(|| applied(graft::apply_diff(Some(black_box(text)), &diff, "a.py")));
        });
    }
    group.finish();
}

fn snippets(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("apply");
    for length in LENGTHS {
        group.throughput(Throughput::Elements(length as u64));
        let method = length / 20;
        let cases = [
            (
                "python",
                "a.py",
                python(length),
                format!("def step_{method}(self, order: Order) -> int:\n    return 1\n"),
            ),
            (
                "yaml",
                "compose.yml",
                yaml(length),
                "services:\n  # ...\n  cache:\n    image: redis:7\n".to_owned(),
            ),
            (
                "json",
                "package.json",
                json(length),
                "{ \"scripts\": { \"lint\": \"eslint .\" } }".to_owned(),
            ),
        ];
        for (name, path, text, snippet) in cases {
            group.bench_with_input(BenchmarkId::new(name, length), &text, |bench, text| {
                let file = File {
                    path,
                    text: Some(text),
                };
                let snippet = Snippet {
                    text: &snippet,
                    language: "",
                };
                bench.iter(|| {
                    applied(graft::apply(
                        black_box(&file),
                        &snippet,
                        &Context::default(),
                    ))
                });
            });
        }
    }
    group.finish();
}

/// Returns the context of a block that has nothing but words beside it.
fn context_of(prose: &str) -> Context<'_> {
    Context {
        prose,
        ..Context::default()
    }
}

/// Each kind of block of code, with the words beside it.
fn kinds(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("kinds");
    for length in LENGTHS {
        group.throughput(Throughput::Elements(length as u64));
        let method = length / 20;
        let (py, ts) = (python(length), typescript(length));
        let in_python = format!("In `step_{method}`, before the `return`:");
        let in_typescript = format!("In `step{method}`, before the `return`:");
        let cases = [
            ("python-statement", "a.py", &py, "count = len(order.items)\n".to_owned(), in_python),
            (
                "python-elided",
                "a.py",
                &py,
                format!(
                    "class OrderService:\n    # ...\n    def step_{method}(self, order: Order) -> int:\n        return 1\n    # ...\n"
                ),
                String::new(),
            ),
            (
                "python-import",
                "a.py",
                &py,
                "from shop.models import Item\n\n\ndef total(item: Item) -> int:\n    return item.price\n".to_owned(),
                "Add at the end.".to_owned(),
            ),
            ("typescript-statement", "a.ts", &ts, "const count = order.items.length;\n".to_owned(), in_typescript),
            (
                "typescript-method",
                "a.ts",
                &ts,
                format!("async step{method}(order: Order): Promise<number> {{\n  return 1;\n}}\n"),
                String::new(),
            ),
            (
                "typescript-elided",
                "a.ts",
                &ts,
                format!(
                    "export class OrderService {{\n  // ...\n  async step{method}(order: Order): Promise<number> {{\n    return 1;\n  }}\n  // ...\n}}\n"
                ),
                String::new(),
            ),
        ];
        for (name, path, text, snippet, prose) in cases {
            let file = File {
                path,
                text: Some(text),
            };
            let snippet = Snippet {
                text: &snippet,
                language: "",
            };
            let context = context_of(&prose);
            group.bench_function(BenchmarkId::new(name, length), |bench| {
                bench.iter(|| applied(graft::apply(black_box(&file), &snippet, &context)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, exact_edits, diffs, snippets, kinds);
criterion_main!(benches);
