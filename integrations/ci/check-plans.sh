#!/usr/bin/env bash
# Checks the plans of a pull request, for any CI. Runs in the repository's checkout; changes nothing but OUT.
#   BASE              the commit or branch that the request goes into; the plans that changed since are looked at
#   PLANS             patterns (as `git ls-files` reads them) of plans that are always looked at, changed or not
#   OUT               the folder for SARIF and evidence files [default: plan-evidence]
#   ALLOW_UNCHECKED   "true": a ticked box whose command can't run here does not fail the job
#   BACKEND_ENGINEER  the program [default: backend-engineer]
# Each plan: `check` as annotations and SARIF, `verify --ci` for its ticked boxes.
# Ends with 1 where a ticked box no longer holds, with 7 where one could not be checked, with 2 where a plan can't be read, with
# 6 where the program or git can't be asked, else with 0.
set -uo pipefail
program=${BACKEND_ENGINEER:-backend-engineer}
out=${OUT:-plan-evidence}
mkdir -p "$out" || exit 6
# What is written here is no change of the checkout.
printf '*\n' > "$out/.gitignore"

# What can't be looked at must not look like a request without plans.
command -v "$program" >/dev/null || { echo "$program is not installed" >&2; exit 6; }
listed=$(mktemp) || exit 6
trap 'rm -f "$listed"' EXIT
list() (
  if [ -n "${BASE:-}" ]; then git diff --name-only -z --diff-filter=ACMR "$BASE...HEAD" -- '*.md' || exit 6; fi
  # Patterns are meant to be split into words, and not to be expanded by the shell.
  set -f
  if [ -n "${PLANS:-}" ]; then git ls-files -z -- ${PLANS} || exit 6; fi
)
list > "$listed" || { echo "git can't say which plans changed" >&2; exit 6; }

worst=0
failed() { # exit code: the gravest of all is kept
  case "$1" in
    0) ;;
    7) if [ "${ALLOW_UNCHECKED:-}" != true ] && [ "$worst" -eq 0 ]; then worst=7; fi ;;
    1) worst=1 ;;
    *) if [ "$worst" -ne 1 ]; then worst=$1; fi ;;
  esac
}

seen=0
while IFS= read -r -d '' plan; do
  # Most Markdown files are no plans: those are empty, or have no units of work.
  grep -q '[^[:space:]]' -- "$plan" || continue
  if ! read=$("$program" plan --json --root . -- "$plan" 2>&1); then
    echo "== $plan"
    printf '%s\n' "$read"
    failed 2
    seen=$((seen + 1))
    continue
  fi
  case "$read" in *'"label"'*) ;; *) continue ;; esac
  seen=$((seen + 1))
  name=$(printf '%s' "$plan" | tr -c 'A-Za-z0-9._-' '_')
  echo "== $plan"
  if [ "${GITHUB_ACTIONS:-}" = true ]; then "$program" check --github --root . -- "$plan"
  else "$program" check --root . -- "$plan"; fi
  "$program" check --sarif --root . -- "$plan" > "$out/$name.sarif"
  "$program" verify --ci --quiet --root . -- "$plan" > "$out/$name.md"
  code=$?
  cat "$out/$name.md"
  failed "$code"
done < <(sort -zu "$listed")
if [ "$seen" -eq 0 ]; then echo "no plan changed"; fi
exit "$worst"
