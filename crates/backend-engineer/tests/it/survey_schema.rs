//! What `survey --json` prints is as its published schema says, whole and by parts; and a plain survey leaves nothing
//! behind.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::Scene;
use crate::report_schema::differs;

const MANIFEST: &str = r#"[project]
name = "shop"
dependencies = ["fastapi==0.110.0", "asyncpg", "sqlalchemy"]

[tool.ruff]
"#;

const MAIN: &str = "\
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = 'orders'
    id: Mapped[int] = mapped_column(primary_key=True)


@app.get('/orders')
def orders():
    return {'data': []}
";

#[test]
fn the_survey_is_as_its_schema_says() {
    let scene = Scene::new();
    scene.file("repository/pyproject.toml", MANIFEST);
    scene.file("repository/app/main.py", MAIN);
    scene.file(
        "repository/app/services/orders.py",
        "def every():\n    return []\n",
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/survey.json");
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(path).expect("the schema")).expect("JSON");
    for part in [
        None,
        Some("stack"),
        Some("routes"),
        Some("models"),
        Some("layers"),
        Some("conventions"),
        Some("commands"),
    ] {
        let arguments: Vec<&str> = ["survey", "--json", "."].into_iter().chain(part).collect();
        let ended = scene.run(&arguments);
        assert_eq!(ended.code, 0, "{part:?}: {ended}");
        let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        let mut own = schema.clone();
        if let (Some(_), Some(properties)) = (part, own["properties"].as_object_mut()) {
            properties.retain(|name, _| told.get(name).is_some());
            assert!(
                (2..=4).contains(&properties.len()),
                "{part:?} has {} keys",
                properties.len()
            );
        }
        assert_eq!(differs(&told, &own, &schema, "survey"), None, "{part:?}");
    }
    assert!(
        !scene.root().join(".backend-engineer").exists(),
        "a survey left something behind"
    );
}
