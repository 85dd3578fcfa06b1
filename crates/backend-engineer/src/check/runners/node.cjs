'use strict';

// Writes down, test by test, what Node's own test runner finds. Node loads this before anything of the project: in each
// process by `--require`, in a runner as a reporter as well. A file of tests says when it leaves in the middle of a test.

const fs = require('fs');
const path = require('path');

const FOLDER = process.env.BACKEND_ENGINEER_RESULTS;
const own = process.execArgv.concat(process.argv.slice(1));
const isRunner = process.execArgv.includes('--test');
const isFile = Boolean(process.env.NODE_TEST_CONTEXT);
const place = FOLDER && path.join(FOLDER, `${process.pid}-${Math.random().toString(36).slice(2)}.jsonl`);

function write(event) {
  try {
    fs.appendFileSync(place, `${JSON.stringify(event)}\n`, { mode: 0o600 });
  } catch {
    // The runner goes on as if this were not there.
  }
}

function usesRunner(file) {
  try {
    return /['"]node:test['"]/.test(fs.readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
}

// What the tests start is no part of this run.
function forget() {
  delete process.env.BACKEND_ENGINEER_RESULTS;
  const rest = (process.env.NODE_OPTIONS || '').split(' ').filter((part) => part && !isOurs(part));
  if (rest.length > 0) process.env.NODE_OPTIONS = rest.join(' ');
  else delete process.env.NODE_OPTIONS;
}

function isOurs(part) {
  return part.includes(__filename) || part.startsWith('--test-reporter');
}

// Whether a call stands in a test's function, and not in what tidies up after the tests.
function insideTest() {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  const stack = String(new Error().stack);
  Error.stackTraceLimit = limit;
  const first = stack.split('\n').find((line) => line.includes('node:internal/test_runner/test'));
  return first !== undefined && /\b(Test|Suite)\.run\b/.test(first);
}

function watchLeaving(event) {
  const leave = process.reallyExit;
  process.reallyExit = function reallyExit(...given) {
    event(insideTest());
    return leave.apply(process, given);
  };
  const exit = process.exit;
  process.exit = function (...given) {
    event(insideTest());
    return exit.apply(process, given);
  };
}

const state = { began: false, ran: false, ended: false };

function begin() {
  if (state.began) return;
  state.began = true;
  write({ event: 'begin', runner: 'node:test' });
}

async function* reporter(source) {
  if (!place) return;
  begin();
  state.ran = true;
  write({ event: 'run' });
  const open = new Map();
  const tests = [];
  const doubts = [];
  const above = [];
  for await (const { type, data } of source) {
    if (!data || data.name === undefined) continue;
    const key = `${data.file}:${data.line}:${data.column}:${data.nesting}:${data.name}`;
    if (type === 'test:start') {
      above.length = data.nesting;
      above[data.nesting] = data.name;
      open.set(key, data);
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    open.delete(key);
    const isWhole = data.nesting === 0 && data.file && path.resolve(String(data.name)) === path.resolve(data.file);
    const failed = type === 'test:fail' && data.todo === undefined;
    if (data.details && data.details.type === 'suite' && !failed) continue;
    if (isWhole && !failed && usesRunner(data.file)) {
      // No test of the file was told of: it was left before, or has none.
      if (left().has(path.resolve(data.file))) doubts.push(`\`${path.relative('', data.file)}\` ended the process before its tests were told of`);
      continue;
    }
    const file = data.file ? [path.relative('', data.file)] : [];
    const name = [...file, ...above.slice(0, data.nesting), data.name].join(' > ');
    const skipped = data.skip !== undefined || data.todo !== undefined;
    tests.push([name, failed ? 'failed' : skipped ? 'skipped' : 'passed']);
  }
  const told = left();
  for (const [file, inside] of told) {
    if (inside) doubts.push(`\`${path.relative('', file)}\` ended the process in the middle of a test`);
  }
  for (const data of open.values()) doubts.push(`\`${data.name}\` was started and has no result`);
  state.ended = true;
  write({ event: 'done', collected: tests.length, tests, doubts: doubts.slice(0, 20) });
}

// The files of tests that ended their process themselves, and whether they did in the middle of a test.
function left() {
  const found = new Map();
  for (const name of fs.readdirSync(FOLDER).filter((name) => name.endsWith('.left'))) {
    try {
      const { file, inside } = JSON.parse(fs.readFileSync(path.join(FOLDER, name), 'utf8').split('\n')[0]);
      found.set(path.resolve(file), inside);
    } catch {
      // Half written: its process was ended from outside, which its status tells.
    }
  }
  return found;
}

function install() {
  const file = process.argv[1];
  if (isRunner || !file) return;
  if (isFile) {
    const mark = path.join(FOLDER, `${process.pid}-${Math.random().toString(36).slice(2)}.left`);
    watchLeaving((inside) => fs.appendFileSync(mark, `${JSON.stringify({ file, inside })}\n`));
    forget();
  } else if (usesRunner(file)) {
    begin();
    forget();
    let early = false;
    watchLeaving((inside) => {
      early = early || inside || !state.ran;
    });
    // Left by what tidies up, before all was told of.
    process.on('exit', () => !state.ended && !early && write({ event: state.ran ? 'lost' : 'nothing' }));
  }
}

module.exports = reporter;
if (place && require('worker_threads').isMainThread && own.length > 0) {
  try {
    install();
  } catch {
    write({ event: 'lost' });
  }
}
