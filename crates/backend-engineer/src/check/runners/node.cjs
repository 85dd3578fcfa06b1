'use strict';

// Writes down, test by test, what Node's test runners find. Node loads this before anything of the project: in each process
// by `--require`, in its own runner as a reporter as well. A file of tests says when it leaves in the middle of a test. Jest
// and Vitest are asked for their report in JSON, Mocha's runner is listened to.

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

function real(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
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

// What decides whether a test passes, as it is before any code of the project runs.
const originals = [];

function keep(name, owner) {
  if (!owner) return;
  for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
    if (typeof value === 'function') originals.push({ name: `${name}.${key}`, owner, key, value });
  }
}

function keepAssert() {
  const assert = require('assert');
  keep('assert', assert);
  keep('assert.strict', assert.strict);
  keep('AssertionError', assert.AssertionError.prototype);
}

// What the project put in the place of it, as doubts.
function replaced() {
  const changed = originals.filter(({ owner, key, value }) => owner[key] !== value);
  return changed.map(({ name }) => `\`${name}\` was replaced by what it tests`);
}

const state = { began: false, ran: false, ended: false };

function begin(runner) {
  if (state.began) return;
  state.began = true;
  write({ event: 'begin', runner });
}

async function* reporter(source) {
  if (!place) return;
  begin('node:test');
  state.ran = true;
  write({ event: 'run' });
  const open = new Map();
  const tests = [];
  const groups = [];
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
    const isSuite = Boolean(data.details) && data.details.type === 'suite';
    // A suite is no test: it fails with its tests, or by itself.
    if (isSuite && (!failed || failsByItsTests(data.details.error))) continue;
    if (isWhole && !failed && usesRunner(data.file)) {
      // No test of the file was told of: it was left before, or has none.
      if (left().has(path.resolve(data.file))) doubts.push(`\`${path.relative('', data.file)}\` ended the process before its tests were told of`);
      continue;
    }
    const file = data.file ? [path.relative('', data.file)] : [];
    const name = [...file, ...above.slice(0, data.nesting), data.name].join(' > ');
    const skipped = data.skip !== undefined || data.todo !== undefined;
    // A file that calls no runner is a test itself.
    if (failed && (isSuite || isWhole && usesRunner(data.file))) groups.push(name);
    else tests.push([name, failed ? 'failed' : skipped ? 'skipped' : 'passed']);
  }
  const told = left();
  for (const [file, inside] of told) {
    if (inside) doubts.push(`\`${path.relative('', file)}\` ended the process in the middle of a test`);
  }
  doubts.push(...new Set([...notes('.replaced').flat(), ...replaced()]));
  for (const data of open.values()) doubts.push(`\`${data.name}\` was started and has no result`);
  state.ended = true;
  write({ event: 'done', collected: tests.length, tests, groups, doubts: doubts.slice(0, 20) });
}

function failsByItsTests(error) {
  return Boolean(error) && error.failureType === 'subtestsFailed';
}

// The files of tests that ended their process themselves, and whether they did in the middle of a test.
function left() {
  return new Map(notes('.left').map(({ file, inside }) => [path.resolve(file), inside]));
}

// What the processes of files left in files of this kind.
function notes(kind) {
  return fs.readdirSync(FOLDER).filter((name) => name.endsWith(kind)).flatMap((name) => {
    try {
      return [JSON.parse(fs.readFileSync(path.join(FOLDER, name), 'utf8').split('\n')[0])];
    } catch {
      // Half written: its process was ended from outside, which its status tells.
      return [];
    }
  });
}

// Runners by the path of their program.
const PROGRAMS = [
  [/[\\/](jest|jest-cli)[\\/]bin[\\/]jest\.js$/, (file) => withReport('jest', ['--json', `--outputFile=${file}`])],
  [
    /[\\/]vitest[\\/](vitest\.mjs|dist[\\/]cli\.js)$/,
    (file) => withReport('vitest', [...usualReporter(), '--reporter=json', `--outputFile.json=${file}`]),
  ],
  [/[\\/]mocha[\\/](bin[\\/]_?mocha(\.js)?|lib[\\/]cli[\\/]cli\.js)$/, (file, program) => listenToMocha(program)],
];

function usualReporter() {
  return process.argv.some((word) => word.startsWith('--reporter')) ? [] : ['--reporter=default'];
}

// Has a runner write its report to a file, and reads it at the end.
function withReport(runner, options) {
  const file = options[options.length - 1].split('=')[1];
  if (process.argv.some((word) => word === '--json' || word.startsWith('--outputFile'))) return;
  const end = process.argv.indexOf('--');
  process.argv.splice(end < 0 ? process.argv.length : end, 0, ...options);
  begin(runner);
  forget();
  let left = false;
  // Vitest leaves by itself; its settings and what they load may, too, and are the project's.
  watchLeaving(() => (left = left || runner !== 'vitest' || !/[\\/]node_modules[\\/]/.test(caller())));
  process.on('exit', () => {
    if (!fs.existsSync(file)) {
      // There may have been nothing to run.
      if (!left) write({ event: runner === 'vitest' ? 'lost' : 'nothing' });
      return;
    }
    try {
      const tests = [];
      const groups = [];
      for (const suite of JSON.parse(fs.readFileSync(file, 'utf8')).testResults) {
        const name = path.relative('', suite.name);
        for (const { fullName, status } of suite.assertionResults) {
          tests.push([`${name} > ${fullName}`, ['passed', 'failed'].includes(status) ? status : 'skipped']);
        }
        if (suite.status === 'failed' && !suite.assertionResults.some(({ status }) => status === 'failed')) {
          groups.push(name);
        }
      }
      write({ event: 'run' });
      write({ event: 'done', collected: tests.length, tests, groups, doubts: [] });
    } catch {
      write({ event: 'lost' });
    }
  });
}

// Mocha may start itself anew with options for Node: the process whose runner runs counts.
function listenToMocha(program) {
  const runner = path.join(path.dirname(program).replace(/[\\/](bin|lib[\\/]cli)$/, ''), 'lib', 'runner.js');
  keepAssert();
  const Module = require('module');
  const load = Module._extensions['.js'];
  Module._extensions['.js'] = function (module, file) {
    load(module, file);
    const part = /[\\/]mocha[\\/]lib[\\/](runnable|test|suite|hook|context)\.js$/.exec(file);
    if (part) keep(part[1], module.exports.prototype);
    if (/[\\/]mocha[\\/]lib[\\/](runner|nodejs[\\/]parallel-buffered-runner)\.js$/.test(file)) listen(module.exports);
  };
  if (/^(import|export) /m.test(fs.readFileSync(runner, 'utf8'))) {
    const loaded = (file) => import(require('url').pathToFileURL(file).href).then((all) => all.default || Object.values(all)[0]);
    loaded(runner).then(listen, () => {});
    for (const part of ['runnable', 'test', 'suite', 'hook', 'context']) {
      loaded(path.join(path.dirname(runner), `${part}.js`)).then((kind) => keep(part, kind.prototype), () => {});
    }
  }
  watchLeaving(() => {
    // A file of tests that leaves while it is loaded; Mocha itself leaves at its end.
    if (!state.ran && !/[\\/]mocha[\\/](bin|lib)[\\/]/.test(caller())) begin('mocha');
  });
}

// The line of the code that called `process.exit`.
function caller() {
  const lines = String(new Error().stack).split('\n').slice(1);
  return lines.find((line) => !line.includes(__filename) && !line.includes('node:internal')) || '';
}

// Each test below a suite of Mocha with its function, as it was written.
function functionsOf(suite, found = new Map()) {
  for (const test of (suite && suite.tests) || []) found.set(test, test.fn);
  for (const inner of (suite && suite.suites) || []) functionsOf(inner, found);
  return found;
}

function listen(Runner) {
  if (!Runner || !Runner.prototype || !Object.hasOwn(Runner.prototype, 'run')) return;
  const run = Runner.prototype.run;
  Runner.prototype.run = function (...given) {
    if (state.ran) return run.apply(this, given);
    begin('mocha');
    forget();
    state.ran = true;
    write({ event: 'run' });
    const tests = [];
    const groups = [];
    const changed = new Set();
    const functions = functionsOf(this.suite);
    const note = (verdict) => (test) => {
      if (verdict === 'passed' && functions.has(test) && functions.get(test) !== test.fn) changed.add(test.fullTitle());
      tests.push([[...(test.file ? [path.relative('', test.file)] : []), test.fullTitle()].join(' > '), verdict]);
    };
    this.on('pass', note('passed'));
    this.on('fail', (test) => (test.type === 'hook' ? groups.push(test.fullTitle()) : note('failed')(test)));
    this.on('pending', note('skipped'));
    this.once('end', () => {
      const whole = !this._abort && groups.length === 0 && !tests.some(([, verdict]) => verdict === 'failed');
      const missing = whole ? (this.total || 0) - tests.length : 0;
      const doubts = missing > 0 ? [`${missing} tests were collected and have no result`] : [];
      doubts.push(...[...changed].map((title) => `\`${title}\` was put in the place of another function before it ran`));
      doubts.push(...replaced());
      write({ event: 'done', collected: tests.length, tests, groups, doubts: doubts.slice(0, 20) });
    });
    return run.apply(this, given);
  };
}

function install() {
  const file = process.argv[1];
  if (isRunner) {
    // What is loaded before the tests runs here as well.
    watchLeaving(() => !state.ran && begin('node:test'));
    return;
  }
  if (!file) return;
  const program = PROGRAMS.find(([pattern]) => pattern.test(real(file)));
  if (program) {
    program[1](path.join(FOLDER, `${process.pid}.json`), real(file));
    return;
  }
  if (isFile || usesRunner(file)) {
    keepAssert();
    keep('node:test', require('node:test'));
  }
  if (isFile) {
    const mark = path.join(FOLDER, `${process.pid}-${Math.random().toString(36).slice(2)}`);
    watchLeaving((inside) => fs.appendFileSync(`${mark}.left`, `${JSON.stringify({ file, inside })}\n`));
    process.on('exit', () => {
      const changed = replaced();
      if (changed.length > 0) fs.writeFileSync(`${mark}.replaced`, JSON.stringify(changed));
    });
    forget();
  } else if (usesRunner(file)) {
    begin('node:test');
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
