"""Writes down, test by test, what Python's test runners find.

Python imports this when it starts, since its folder comes first in PYTHONPATH. A process that turns out to be a test
runner says so before any code of the project runs, forgets where it writes, and says at its end which tests were
collected and what came of each. Every other process goes on as if this were not there. Nothing is printed, and
whatever is not as it is known here leaves the runner alone.
"""

import importlib.util
import os
import sys

# unittest leaves out of a failure what is marked so.
__unittest = True

FOLDER = "BACKEND_ENGINEER_RESULTS"
HERE = os.path.dirname(os.path.abspath(__file__))
STANDARD = os.path.join(os.path.dirname(os.path.abspath(os.__file__)), "")


class Record:
    """What one process writes, a line for each event."""

    def __init__(self, folder):
        self.folder = folder
        self.path = None
        self.process = None
        self.ran = False

    def begin(self, runner):
        if self.path is not None or not self.folder:
            return
        self.process = os.getpid()
        self.path = os.path.join(self.folder, "%d-%s.jsonl" % (self.process, os.urandom(6).hex()))
        self.write({"event": "begin", "runner": runner})
        # What the tests start is no part of this run.
        os.environ.pop(FOLDER, None)
        rest = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part != HERE]
        if any(rest):
            os.environ["PYTHONPATH"] = os.pathsep.join(rest)
        else:
            os.environ.pop("PYTHONPATH", None)

    def write(self, event):
        if self.path is None or os.getpid() != self.process:
            return
        import json

        self.ran = self.ran or event["event"] == "run"
        line = json.dumps(event) + "\n"
        place = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(place, line.encode("utf-8", "backslashreplace"))
        finally:
            os.close(place)


RECORD = Record(os.environ.get(FOLDER))


def main_program():
    """Returns the module or the script that the interpreter was started with."""
    words = list(getattr(sys, "orig_argv", []))[1:]
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            return os.path.basename(word)
        if word.startswith("--"):
            continue
        for at, letter in enumerate(word[1:], 2):
            if letter in "cm":
                rest = word[at:] or (words[0] if words else "")
                return rest if letter == "m" else None
            if letter in "WX":
                if not word[at:] and words:
                    words.pop(0)
                break
    return None


class Watch:
    """Finds nothing itself; changes a few modules once they were executed."""

    def __init__(self, changes):
        self.changes = changes

    def find_spec(self, name, path=None, target=None):
        change = self.changes.pop(name, None)
        if change is None:
            return None
        spec = importlib.util.find_spec(name) if path is None else self.behind(name, path)
        execute = getattr(getattr(spec, "loader", None), "exec_module", None)
        if execute is None:
            return spec

        def exec_module(module):
            execute(module)
            try:
                change(module)
            except Exception:
                RECORD.write({"event": "lost"})

        spec.loader.exec_module = exec_module
        return spec

    def behind(self, name, path):
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path) if find and finder is not self else None
            if spec is not None:
                return spec
        return None


class Originals:
    """What decides whether a test passes, as it is before any code of the project runs."""

    MODULES = ("unittest", "_pytest", "pluggy")
    # What may be replaced: it decides about an order, or about what is printed.
    FREE = {"sortTestMethodsUsing"}
    BUILTINS = (
        "abs all any bool bytes dict divmod enumerate filter float frozenset getattr hasattr hash int isinstance "
        "issubclass iter len list map max min next object pow range repr reversed round set sorted str sum tuple type zip"
    ).split()

    def __init__(self):
        self.known = {}

    def keep(self):
        import builtins

        for name, module in list(sys.modules.items()):
            if name.split(".")[0] in self.MODULES and not name.startswith("unittest.mock"):
                self.keep_of(name, module)
                for inner, kind in list(vars(module).items()):
                    if isinstance(kind, type) and kind.__module__ == name:
                        self.keep_of("%s.%s" % (name, inner), kind)
        for name in self.BUILTINS:
            self.known.setdefault((id(builtins), name), (builtins, "builtins", getattr(builtins, name)))

    def keep_of(self, name, owner):
        for inner, value in list(vars(owner).items()):
            plain = isinstance(value, (classmethod, staticmethod, property)) or callable(value)
            if plain and inner not in self.FREE:
                self.known.setdefault((id(owner), inner), (owner, name, value))

    def replaced(self):
        """Returns what the project put in the place of it, as doubts."""
        doubts = []
        for (_, inner), (owner, name, value) in list(self.known.items()):
            now = vars(owner).get(inner, Originals)
            if now is not value and of_project(getattr(now, "__func__", getattr(now, "fget", now))):
                doubts.append("`%s.%s` was replaced by what it tests" % (name, inner))
        return doubts


ORIGINALS = Originals()


# --- unittest ---


class Seen:
    """What unittest's results were told while a runner was at work."""

    def __init__(self):
        self.depth = 0
        self.clear()

    def clear(self):
        self.started = []
        self.raised = {}
        self.said = {}
        self.skipped_groups = []
        self.groups = set()

    def say(self, test, verdict):
        name = name_of(test)
        if is_group(test) or type(test).__name__ == "_FailedTest":
            self.groups.add(name)
        if self.depth and self.said.get(name) != "failed":
            self.said[name] = verdict


SEEN = Seen()


def name_of(test):
    # A part of a test speaks for the test.
    test = getattr(test, "test_case", test) if type(test).__name__ == "_SubTest" else test
    try:
        return str(test.id())
    except Exception:
        return str(test)


def names_in(suite):
    try:
        parts = iter(suite)
    except TypeError:
        return [name_of(suite)]
    return [name for part in parts if part is not None for name in names_in(part)]


def is_group(test):
    return type(test).__name__ == "_ErrorHolder"


def watch_unittest(module):
    import functools
    from unittest import result as results
    from unittest import runner as runners

    def telling(method, verdict):
        told = getattr(results.TestResult, method)

        @functools.wraps(told)
        def wrapped(self, test, *rest):
            if is_group(test) and verdict == "skipped":
                SEEN.skipped_groups.append(name_of(test))
            else:
                SEEN.say(test, verdict)
            return told(self, test, *rest)

        setattr(results.TestResult, method, wrapped)

    for method, verdict in [
        ("addSuccess", "passed"),
        ("addFailure", "failed"),
        ("addError", "failed"),
        ("addSkip", "skipped"),
        ("addExpectedFailure", "skipped"),
        ("addUnexpectedSuccess", "failed"),
    ]:
        telling(method, verdict)
    start, sub = results.TestResult.startTest, results.TestResult.addSubTest

    @functools.wraps(start)
    def start_test(self, test):
        if SEEN.depth:
            SEEN.started.append(name_of(test))
        return start(self, test)

    @functools.wraps(sub)
    def add_sub_test(self, test, subtest, err):
        if err is not None:
            skip = getattr(test, "failureException", None) is None
            SEEN.say(test, "skipped" if skip else "failed")
        return sub(self, test, subtest, err)

    results.TestResult.startTest = start_test
    results.TestResult.addSubTest = add_sub_test
    watch_methods()
    around(runners.TextTestRunner, "run", lambda self, test: test, lambda self, result: result)
    around(module.TestProgram, "runTests", lambda self, *_: self.test, lambda self, _: getattr(self, "result", None))
    opened = module.TestProgram.__init__

    @functools.wraps(opened)
    def begin(self, *given, **named):
        RECORD.begin("unittest")
        return opened(self, *given, **named)

    module.TestProgram.__init__ = begin
    watch_loading()
    ORIGINALS.keep()


def watch_loading():
    """Lets a run begin where its tests are looked for: what they import may end the process before they run."""
    import atexit
    import functools
    from unittest.loader import TestLoader

    def end():
        # It only looked for tests, and came to its end.
        if not RECORD.ran:
            RECORD.write({"event": "nothing"})

    def beginning(method):
        load = getattr(TestLoader, method)

        @functools.wraps(load)
        def wrapped(self, *given, **named):
            if RECORD.path is None:
                atexit.register(end)
            RECORD.begin("unittest")
            return load(self, *given, **named)

        setattr(TestLoader, method, wrapped)

    for method in ("discover", "loadTestsFromName", "loadTestsFromNames"):
        beginning(method)


def watch_methods():
    """Sees what a test raises, whatever the results are told of it."""
    import functools
    from unittest.case import SkipTest, TestCase

    call = getattr(TestCase, "_callTestMethod", None)
    if call is None:
        return

    @functools.wraps(call)
    def wrapped(self, method):
        name = name_of(self)
        SEEN.raised.pop(name, None)
        try:
            return call(self, method)
        except SkipTest:
            raise
        except BaseException as error:
            SEEN.raised[name] = type(error).__name__
            raise

    TestCase._callTestMethod = wrapped


def around(kind, method, suite_of, result_of):
    """Writes down what a method that runs a suite does; the outermost one counts."""
    import functools

    run = getattr(kind, method)

    @functools.wraps(run)
    def wrapped(self, *given, **named):
        if SEEN.depth:
            return run(self, *given, **named)
        RECORD.begin("unittest")
        SEEN.clear()
        suite = suite_of(self, *given, **named)
        collected = names_in(suite) if suite is not None else []
        RECORD.write({"event": "run"})
        SEEN.depth += 1
        returned = None
        try:
            returned = run(self, *given, **named)
            return returned
        finally:
            SEEN.depth -= 1
            result = result_of(self, returned)
            # `TestProgram` leaves by SystemExit, with its result at hand.
            if result is not None:
                RECORD.write(told_by_unittest(result, collected))

    setattr(kind, method, wrapped)


def told_by_unittest(result, collected):
    said, doubts = dict(SEEN.said), []
    bad = [test for test, _ in list(getattr(result, "failures", [])) + list(getattr(result, "errors", []))]
    for test in bad:
        SEEN.say(test, "failed")
        said.setdefault(name_of(test), "failed")
    if SEEN.started or not getattr(result, "testsRun", 0):
        stopped = bool(bad)
        groups = [group.rpartition("(")[2].rstrip(")") for group in SEEN.skipped_groups]
        for name in collected:
            if name in SEEN.started or name in said:
                continue
            if any(name.startswith(group + ".") for group in groups):
                said[name] = "skipped"
            elif not stopped:
                doubts.append("`%s` was collected and not run" % name)
        doubts.extend("`%s` was run and has no result" % name for name in SEEN.started if name not in said)
    for name, what in SEEN.raised.items():
        if said.get(name) == "passed":
            doubts.append("`%s` raised %s and is reported as passed" % (name, what))
    doubts.extend(ORIGINALS.replaced())
    # A module that can't be loaded and a class whose `setUpClass` raises are no tests.
    groups = sorted(name for name in SEEN.groups if said.get(name) == "failed")
    tests = sorted(item for item in said.items() if item[0] not in groups)
    return {"event": "done", "collected": len(collected), "tests": tests, "groups": groups, "doubts": doubts[:20]}


# --- pytest ---


def watch_pytest(module):
    import functools

    prepare = module._prepareconfig
    state = {"first": True}

    @functools.wraps(prepare)
    def prepared(args=None, plugins=None, **more):
        if state["first"]:
            state["first"] = False
            RECORD.begin("pytest")
            try:
                plugins = list(plugins or []) + [plugin(state)]
            except Exception:
                RECORD.write({"event": "lost"})
        return prepare(args, plugins, **more)

    def answering(main):
        @functools.wraps(main)
        def wrapped(*given, **named):
            status = main(*given, **named)
            if not state.get("ran"):
                # A question (`--version`), or something in the place of the run.
                RECORD.write({"event": "nothing"})
            return status

        return wrapped

    module._prepareconfig = prepared
    for name in ("main", "_main"):
        if hasattr(module, name):
            setattr(module, name, answering(getattr(module, name)))


def of_project(function):
    """Tells whether a function was written by the project rather than by Python, pytest or a package."""
    path = getattr(getattr(function, "__code__", None), "co_filename", "")
    packages = ("/site-packages/", "/dist-packages/", "/_pytest/", HERE, "<frozen ")
    return not any(part in path.replace("\\", "/") for part in packages) and not path.startswith(STANDARD)


def hooks(caller):
    try:
        return [hook for hook in caller.get_hookimpls() if getattr(hook, "function", None) is not None]
    except Exception:
        return []


def plugin(state):
    import functools
    import inspect
    import unittest

    import pytest

    ORIGINALS.keep()

    class Results:
        def __init__(self):
            self.collected, self.said, self.called, self.raised, self.doubts = [], {}, set(), {}, []
            self.groups, self.foreign = set(), False

        @pytest.hookimpl(tryfirst=True)
        def pytest_sessionstart(self, session):
            state["ran"] = True
            manager = session.config.pluginmanager
            own = [hook for hook in hooks(session.config.hook.pytest_runtest_protocol) if not hook.hookwrapper]
            others = [hook for hook in own if not of_project(hook.function) and "/_pytest/" not in file_of(hook)]
            # Such tests run in other processes.
            self.foreign = bool(others) or manager.hasplugin("dsession")
            RECORD.write({"event": "run"})

        @pytest.hookimpl(tryfirst=True)
        def pytest_collection_finish(self, session):
            self.collected = [item.nodeid for item in getattr(session, "items", [])]
            # What was loaded by now may tidy up after itself.
            self.doubts.extend(ORIGINALS.replaced())

        @pytest.hookimpl(tryfirst=True)
        def pytest_collectreport(self, report):
            if report.failed:
                self.groups.add(report.nodeid)

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_call(self, item):
            watch_item(self, item)
            yield

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_logreport(self, report):
            name = report.nodeid
            if report.outcome == "rerun":
                self.said.pop(name, None)
            elif self.said.get(name) == "failed" and report.when != "setup":
                pass
            elif report.failed:
                self.said[name] = "failed"
            elif report.skipped or hasattr(report, "wasxfail"):
                self.said[name] = "skipped"
            elif report.when == "call" and self.said.get(name) != "failed":
                self.said[name] = "passed"

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_sessionfinish(self, session, exitstatus):
            # Before other hooks, which may end the process.
            if not hasattr(session.config, "workerinput"):
                RECORD.write(self.told(session))
            yield

        def told(self, session):
            doubts = sorted({*self.doubts, *ORIGINALS.replaced()})
            for name, what in self.raised.items():
                if self.said.get(name) in ("passed", "skipped"):
                    doubts.append("`%s` raised %s and is reported as %s" % (name, what, self.said[name]))
            if not self.foreign:
                passed = [name for name, verdict in self.said.items() if verdict == "passed"]
                doubts.extend("`%s` is reported as passed and was not run" % name for name in passed if name not in self.called)
                stopped = getattr(session, "shouldstop", False) or getattr(session, "shouldfail", False)
                if not stopped and not self.groups and "failed" not in self.said.values():
                    missing = [name for name in self.collected if name not in self.said]
                    doubts.extend("`%s` was collected and has no result" % name for name in missing)
            return {
                "event": "done",
                "collected": len(self.collected),
                "tests": sorted(self.said.items()),
                "groups": sorted(self.groups),
                "doubts": doubts[:20],
            }

    def file_of(hook):
        return getattr(getattr(hook.function, "__code__", None), "co_filename", "").replace("\\", "/")

    def watch_item(results, item):
        name, run = item.nodeid, item.runtest
        results.raised.pop(name, None)

        def note(error):
            fine = (unittest.SkipTest, pytest.skip.Exception, pytest.xfail.Exception, pytest.exit.Exception)
            if not isinstance(error, fine) and item.get_closest_marker("xfail") is None:
                results.raised[name] = type(error).__name__

        @functools.wraps(run)
        def runtest(*given, **named):
            __tracebackhide__ = True
            results.called.add(name)
            inside = watch_function(item, note)
            try:
                returned = run(*given, **named)
            except BaseException as error:
                note(error)
                raise
            # What a `TestCase` raised is kept for the report.
            for info in getattr(item, "_excinfo", None) or []:
                note(getattr(info, "value", None))
            if inside is not None and not inside:
                results.called.discard(name)
            return returned

        try:
            item.runtest = runtest
        except Exception:
            results.called.add(name)

    def watch_function(item, note):
        """Sees the test's function itself where a hook of the project may come between; gives what fills when it runs."""
        function = getattr(item, "obj", None)
        between = any(of_project(hook.function) for hook in hooks(item.ihook.pytest_pyfunc_call))
        plain = inspect.isfunction(function) or inspect.ismethod(function)
        if not between or not plain or isinstance(getattr(item, "instance", None), unittest.TestCase):
            return None
        inside = []

        def failed(error):
            note(error)

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def wrapped(*given, **named):
                __tracebackhide__ = True
                inside.append(True)
                try:
                    return await function(*given, **named)
                except BaseException as error:
                    failed(error)
                    raise

        else:

            @functools.wraps(function)
            def wrapped(*given, **named):
                __tracebackhide__ = True
                inside.append(True)
                try:
                    return function(*given, **named)
                except BaseException as error:
                    failed(error)
                    raise

        item.obj = wrapped
        return inside

    return Results()


def install():
    runner = main_program()
    if runner in ("unittest", "pytest"):
        RECORD.begin(runner)
    elif runner == "py.test":
        RECORD.begin("pytest")
    elif runner:
        # A program that may come to be a runner, or end before.
        place = os.path.join(RECORD.folder, "%d-%s.started" % (os.getpid(), os.urandom(6).hex()))
        with open(place, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(runner)
    sys.meta_path.insert(0, Watch({"unittest.main": watch_unittest, "_pytest.config": watch_pytest}))


def go_on():
    """Lets the next `sitecustomize` have its turn, as if this one were not there."""
    from importlib.machinery import PathFinder

    sys.path[:] = [part for part in sys.path if os.path.abspath(part or ".") != HERE]
    sys.path_importer_cache.pop(HERE, None)
    spec = PathFinder.find_spec("sitecustomize")
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if RECORD.folder:
    try:
        install()
    except Exception:
        RECORD.write({"event": "lost"})
go_on()
