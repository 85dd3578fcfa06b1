//! Counts what files of data hold, however they are laid out.

use graft::count_entries;

#[test]
fn entries_are_counted_by_what_the_data_says() {
    let requirements = "httpx==0.27.0\npraw==7.7.1  # old\nuvicorn[standard]\n";
    let project = "[project]\ndependencies = [\"fastapi>=0.1\", \"praw>=7.7\"]\n\n[project.optional-dependencies]\ndev = [\n    \"ruff\",\n]\n";
    let manifest = "{\n  \"dependencies\": { \"@nestjs/cache\": \"^1\", \"pg\": \"^8\" },\n  \"files\": [\"dist\"]\n}\n";
    let compose = "services:\n  db: {image: postgres}\n  web:\n    environment: [DEBUG=1]\n";
    for (path, text, written, expected) in [
        ("requirements.txt", requirements, "praw==7.7.1", Some(1)),
        ("requirements.txt", requirements, "uvicorn", Some(1)),
        ("requirements.txt", requirements, "http", Some(0)),
        ("pyproject.toml", project, "praw", Some(1)),
        ("pyproject.toml", project, "ruff", Some(1)),
        ("pyproject.toml", project, "dev", Some(1)),
        ("package.json", manifest, "@nestjs/cache", Some(1)),
        ("package.json", manifest, "\"pg\": \"^8\"", Some(1)),
        ("package.json", manifest, "pg-native", Some(0)),
        ("compose.yml", compose, "db", Some(1)),
        ("compose.yml", compose, "DEBUG", Some(1)),
        (".env", "A=1\nB=2\n", "B", Some(1)),
        ("package.json", "{", "pg", None),
        ("notes.md", "praw\n", "praw", None),
    ] {
        assert_eq!(
            count_entries(path, text, written),
            expected,
            "{path}: {written}"
        );
    }
}
