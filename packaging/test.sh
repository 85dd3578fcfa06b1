#!/usr/bin/env bash
# Builds the wheel and the npm packages from the program that is built, installs each where nothing else is, and runs it to
# a first report. Arguments: the folder that cargo builds in. Needs maturin (from PyPI), which it gets itself.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
target=$(realpath "${1:-target}")
work=$target/packages
profile=${PROFILE:-dev}
rm -rf "$work"
mkdir -p "$work"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)

# A repository with a plan that spells everything out.
repository() {
  mkdir -p "$1"
  cat > "$1/plan.md" <<'PLAN'
# Counting

Status: Approved

## Phase 1: Count

**File**: `count.py`

```python
one = 1
```

### Success Criteria

#### Automated Verification
- [ ] It counts: `grep -q one count.py`
PLAN
  git init --quiet "$1"
}

first_report() { # name, folder, program and its arguments
  local name=$1 folder=$2
  shift 2
  repository "$folder"
  (cd "$folder" && "$@" implement plan.md --phase 1 --model none --quiet) > "$folder.md"
  grep -q '^## Implementation Complete' "$folder.md"
  echo "$name: a first report"
}

timed() { # what, then a command
  local begun ended what=$1
  shift
  begun=$(date +%s.%N)
  "$@"
  ended=$(date +%s.%N)
  printf '%s: %.1f s\n' "$what" "$(echo "$ended - $begun" | bc)"
}

python3 -m venv "$work/build"
"$work/build/bin/pip" install --quiet --disable-pip-version-check 'maturin>=1.10,<2'
CARGO_TARGET_DIR=$target "$work/build/bin/maturin" build --profile "$profile" --auditwheel skip --out "$work/wheels" --quiet
wheel() {
  python3 -m venv "$work/python"
  "$work/python/bin/pip" install --quiet --disable-pip-version-check --no-index "$work"/wheels/*.whl
  first_report wheel "$work/wheel" "$work/python/bin/backend-engineer"
}
timed "wheel, from an empty venv to a first report" wheel
"$work/python/bin/be" --version | grep -qx "backend-engineer $version"
unzip -l "$work"/wheels/*.whl | grep -q cyclonedx

folder=$target/$([ "$profile" = dev ] && echo debug || echo "$profile")
case $(uname -sm) in
  "Linux x86_64") platform=linux-x64 ;;
  "Linux aarch64") platform=linux-arm64 ;;
  "Darwin arm64") platform=darwin-arm64 ;;
  *) echo "no npm package for this platform" >&2; exit 6 ;;
esac
node packaging/npm/pack.mjs "$version" "$work/npm" "$platform=$folder/backend-engineer" > /dev/null
npm_package() {
  mkdir -p "$work/node"
  (cd "$work/node" && npm init --yes > /dev/null && npm install --silent --no-audit --no-fund --offline "$work"/npm/*.tgz)
  first_report npm "$work/npm-run" "$work/node/node_modules/.bin/backend-engineer"
}
timed "npm, from an empty folder to a first report" npm_package
"$work/node/node_modules/.bin/be" --version | grep -qx "backend-engineer $version"
(cd "$work/npm-run" && "$work/node/node_modules/.bin/be" implement nowhere.md --phase 1 2> /dev/null) || [ $? -eq 2 ]

python3 packaging/sbom.py > "$work/sbom.json"
python3 -c "import json, sys; assert len(json.load(open(sys.argv[1]))['components']) > 100" "$work/sbom.json"
touch "$work/archive"
for name in aarch64-apple-darwin aarch64-unknown-linux-musl x86_64-unknown-linux-musl; do
  sha256sum "$work/archive" | sed "s# .*# backend-engineer-$version-$name.tar.gz#"
done > "$work/SHA256SUMS"
python3 packaging/homebrew/formula.py "$version" "$work/SHA256SUMS" > "$work/backend-engineer.rb"
grep -c 'sha256 "' "$work/backend-engineer.rb" | grep -qx 3
if command -v ruby > /dev/null; then ruby -c "$work/backend-engineer.rb" > /dev/null; fi
ls -l "$folder/backend-engineer" "$work"/wheels/*.whl "$work"/npm/*.tgz | awk '{ print $5, $9 }'
cd "$root"
