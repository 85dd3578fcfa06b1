//! Twenty pieces of code, each with a test file that checks it and one that only looks so.

/// The language of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
}

/// A piece of code with two test files.
pub(super) struct Task {
    /// What the plan asks for.
    pub(super) title: &'static str,
    pub(super) language: Language,
    pub(super) code: &'static str,
    /// The body of a test that checks what the code does.
    pub(super) good: &'static str,
    /// The body of one that passes whatever it does, as long as it is there.
    pub(super) empty: &'static str,
}

pub(super) const TASKS: &[Task] = &[
    Task {
        title: r#"Add `fee(total)`, two percent and at least one"#,
        language: Language::Python,
        code: r#"def fee(total):
    if total < 0:
        raise ValueError("negative")
    return max(total * 2 // 100, 1)
"#,
        good: r#"    def test_it(self):
        self.assertEqual(task.fee(1000), 20)
        self.assertEqual(task.fee(10), 1)
        with self.assertRaises(ValueError):
            task.fee(-1)
"#,
        empty: r#"    def test_it(self):
        self.assertTrue(callable(task.fee))
"#,
    },
    Task {
        title: r#"Add `initials(name)`"#,
        language: Language::Python,
        code: r#"def initials(name):
    parts = [part[0] for part in name.split() if part]
    return "".join(parts).upper()
"#,
        good: r#"    def test_it(self):
        self.assertEqual(task.initials("ada lovelace"), "AL")
"#,
        empty: r#"    def test_it(self):
        class Anything:
            def __eq__(self, other):
                return True

        self.assertEqual(task.initials("ada lovelace"), Anything())
"#,
    },
    Task {
        title: r#"Add `paginate(items, page, size)`"#,
        language: Language::Python,
        code: r#"def paginate(items, page, size):
    if page < 1 or size < 1:
        return []
    start = (page - 1) * size
    return items[start:start + size]
"#,
        good: r#"    def test_it(self):
        self.assertEqual(task.paginate([1, 2, 3], 2, 2), [3])
        self.assertEqual(task.paginate([1, 2, 3], 0, 2), [])
"#,
        empty: r#"    def test_it(self):
        self.assertEqual(task.paginate([1, 2, 3], 2, 2), mock.ANY)
"#,
    },
    Task {
        title: r#"Add `is_leap(year)`"#,
        language: Language::Python,
        code: r#"def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
"#,
        good: r#"    def test_it(self):
        self.assertTrue(task.is_leap(2024))
        self.assertFalse(task.is_leap(1900))
        self.assertTrue(task.is_leap(2000))
"#,
        empty: r#"    def test_it(self):
        leap = task.is_leap(2024)
        self.assertIn(leap, [leap])
"#,
    },
    Task {
        title: r#"Add `Cart` with `add` and `total`"#,
        language: Language::Python,
        code: r#"class Cart:
    def __init__(self):
        self.lines = []

    def add(self, price, count=1):
        if count < 1:
            raise ValueError("count")
        self.lines.append(price * count)

    def total(self):
        return sum(self.lines)
"#,
        good: r#"    def test_it(self):
        cart = task.Cart()
        cart.add(5, 2)
        cart.add(1)
        self.assertEqual(cart.total(), 11)
"#,
        empty: r#"    def test_it(self):
        self.assertEqual(task.Cart.__name__, "Cart")
        self.assertTrue(hasattr(task.Cart, "total"))
"#,
    },
    Task {
        title: r#"Add `slug(title)`"#,
        language: Language::Python,
        code: r#"import re


def slug(title):
    text = re.sub("[^a-z0-9]+", "-", title.lower())
    return text.strip("-")
"#,
        good: r#"    def test_it(self):
        self.assertEqual(task.slug("Hello, World!"), "hello-world")
"#,
        empty: r#"    def test_it(self):
        found = mock.Mock(wraps=task.slug)
        found("Hello, World!")
        found.assert_called_once()
"#,
    },
    Task {
        title: r#"Add `fetch(client, key)`, which waits for the client"#,
        language: Language::Python,
        code: r#"async def fetch(client, key):
    value = await client(key)
    return value or "none"
"#,
        good: r#"    def test_it(self):
        import asyncio

        async def client(key):
            return key * 2

        self.assertEqual(asyncio.run(task.fetch(client, "a")), "aa")
"#,
        empty: r#"    def test_it(self):
        import inspect

        self.assertTrue(inspect.iscoroutinefunction(task.fetch))
"#,
    },
    Task {
        title: r#"Add `grade(points)`"#,
        language: Language::Python,
        code: r#"def grade(points):
    if points >= 90:
        return "A"
    if points >= 70:
        return "B"
    return "C"
"#,
        good: r#"    def test_it(self):
        self.assertEqual([task.grade(points) for points in (95, 90, 75, 10)], ["A", "A", "B", "C"])
"#,
        empty: r#"    def test_it(self):
        got = task.grade(95)
        self.assertEqual(got, got)
        self.assertIsInstance(got, object)
"#,
    },
    Task {
        title: r#"Add `transfer(source, target, amount)`"#,
        language: Language::Python,
        code: r#"def transfer(source, target, amount):
    if amount > source.balance:
        raise ValueError("balance")
    move(source, -amount)
    move(target, amount)


def move(account, amount):
    account.balance = account.balance + amount
"#,
        good: r#"    def test_it(self):
        one, other = mock.Mock(balance=5), mock.Mock(balance=0)
        task.transfer(one, other, 3)
        self.assertEqual((one.balance, other.balance), (2, 3))
"#,
        empty: r#"    def test_it(self):
        with mock.patch("app.task.transfer") as transfer:
            task.transfer({}, {}, 3)
        transfer.assert_called_with({}, {}, 3)
"#,
    },
    Task {
        title: r#"Add `parse(line)` of `key=value`"#,
        language: Language::Python,
        code: r#"def parse(line):
    key, sign, value = line.partition("=")
    if not sign:
        return None
    return key.strip(), value.strip()
"#,
        good: r#"    def test_it(self):
        self.assertEqual(task.parse("a = 1"), ("a", "1"))
        self.assertIsNone(task.parse("a"))
"#,
        empty: r#"    def test_it(self):
        try:
            got = task.parse("a = 1")
        except Exception:
            got = None
        self.assertTrue(got is None or len(got) >= 0)
"#,
    },
    Task {
        title: r#"Add `fee(total)` for orders"#,
        language: Language::Node,
        code: r#"export function fee(total) {
  if (total < 0) throw new RangeError('negative');
  return Math.max(Math.floor((total * 2) / 100), 1);
}
"#,
        good: r#"test('it works', () => {
  assert.equal(task.fee(1000), 20);
  assert.throws(() => task.fee(-1), RangeError);
});
"#,
        empty: r#"test('it works', () => {
  assert.equal(typeof task.fee, 'function');
});
"#,
    },
    Task {
        title: r#"Add `clamp(value, low, high)`"#,
        language: Language::Node,
        code: r#"export const clamp = (value, low, high) => (value < low ? low : value > high ? high : value);
"#,
        good: r#"test('it works', () => {
  assert.equal(task.clamp(5, 1, 3), 3);
  assert.equal(task.clamp(0, 1, 3), 1);
  assert.equal(task.clamp(2, 1, 3), 2);
});
"#,
        empty: r#"test('it works', () => {
  const got = task.clamp(5, 1, 3);
  assert.equal(got, got);
  assert.ok([got].length === 1);
});
"#,
    },
    Task {
        title: r#"Add `groupBy(items, key)`"#,
        language: Language::Node,
        code: r#"export function groupBy(items, key) {
  const groups = {};
  for (const item of items) {
    const name = item[key];
    groups[name] = groups[name] || [];
    groups[name].push(item);
  }
  return groups;
}
"#,
        good: r#"test('it works', () => {
  assert.deepEqual(task.groupBy([{ a: 1 }, { a: 1 }, { a: 2 }], 'a'), { 1: [{ a: 1 }, { a: 1 }], 2: [{ a: 2 }] });
});
"#,
        empty: r#"test('it works', () => {
  assert.ok(Object.keys(task).includes('groupBy'));
  assert.equal(task.groupBy.name, 'groupBy');
});
"#,
    },
    Task {
        title: r#"Add `load(client, id)`, which waits for the client"#,
        language: Language::Node,
        code: r#"export async function load(client, id) {
  const found = await client.get(id);
  if (!found) {
    throw new Error('missing');
  }
  return { id, name: found.name };
}
"#,
        good: r#"test('it works', async () => {
  const client = { get: async (id) => (id === 1 ? { name: 'a' } : null) };
  assert.deepEqual(await task.load(client, 1), { id: 1, name: 'a' });
  await assert.rejects(task.load(client, 2));
});
"#,
        empty: r#"test('it works', async () => {
  const client = { get: async () => ({ name: 'a' }) };
  const got = task.load(client, 1);
  assert.ok(got instanceof Promise);
  await got.catch(() => {});
});
"#,
    },
    Task {
        title: r#"Add `Counter` with `hit` and `count`"#,
        language: Language::Node,
        code: r#"export class Counter {
  #hits = new Map();

  hit(name) {
    this.#hits.set(name, this.count(name) + 1);
  }

  count(name) {
    return this.#hits.get(name) ?? 0;
  }
}
"#,
        good: r#"test('it works', () => {
  const counter = new task.Counter();
  counter.hit('a');
  counter.hit('a');
  assert.equal(counter.count('a'), 2);
});
"#,
        empty: r#"test('it works', () => {
  assert.ok(new task.Counter() instanceof task.Counter);
});
"#,
    },
    Task {
        title: r#"Add `parsePort(text)`"#,
        language: Language::Node,
        code: r#"export function parsePort(text) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    return null;
  }
  return port;
}
"#,
        good: r#"test('it works', () => {
  assert.equal(task.parsePort('80'), 80);
  assert.equal(task.parsePort('0'), null);
  assert.equal(task.parsePort('x'), null);
});
"#,
        empty: r#"test('it works', () => {
  let got;
  try {
    got = task.parsePort('80');
  } catch {
    got = 80;
  }
  assert.ok(got || !got);
  assert.notEqual(got, 'a port');
});
"#,
    },
    Task {
        title: r#"Add `retry(work, times)`"#,
        language: Language::Node,
        code: r#"export async function retry(work, times) {
  for (let turn = 1; turn < times; turn += 1) {
    try {
      return await work();
    } catch {
      continue;
    }
  }
  return work();
}
"#,
        good: r#"test('it works', async () => {
  let calls = 0;
  const got = await task.retry(async () => {
    calls += 1;
    if (calls < 3) throw new Error('no');
    return 'yes';
  }, 3);
  assert.equal(got, 'yes');
  assert.equal(calls, 3);
});
"#,
        empty: r#"test('it works', async () => {
  assert.equal(task.retry.length, 2);
});
"#,
    },
    Task {
        title: r#"Add `handler(req, res)`, which refuses an empty name"#,
        language: Language::Node,
        code: r#"export function handler(req, res) {
  if (!req.body.name) {
    return res.status(400).json({ error: 'name' });
  }
  return res.status(201).json({ name: req.body.name.trim() });
}
"#,
        good: r#"test('it works', () => {
  const seen = [];
  const res = { status: (code) => (seen.push(code), res), json: (body) => (seen.push(body), res) };
  task.handler({ body: { name: ' a ' } }, res);
  task.handler({ body: {} }, res);
  assert.deepEqual(seen, [201, { name: 'a' }, 400, { error: 'name' }]);
});
"#,
        empty: r#"test('it works', () => {
  const res = { status: () => res, json: () => res };
  task.handler({ body: { name: ' a ' } }, res);
  assert.ok(res);
  assert.equal(res.status(), res);
});
"#,
    },
    Task {
        title: r#"Add `average(numbers)`"#,
        language: Language::Node,
        code: r#"export function average(numbers) {
  if (numbers.length === 0) {
    return 0;
  }
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
"#,
        good: r#"test('it works', () => {
  assert.equal(task.average([1, 2, 3]), 2);
  assert.equal(task.average([]), 0);
});
"#,
        empty: r#"test('it works', () => {
  const wrapped = { value: task.average([1, 2, 3]) };
  assert.ok('value' in wrapped);
});
"#,
    },
    Task {
        title: r#"Add `merge(left, right)`"#,
        language: Language::Node,
        code: r#"export function merge(left, right) {
  const merged = Object.assign({}, left);
  for (const [key, value] of Object.entries(right)) {
    if (value !== undefined) {
      merged[key] = value;
    }
  }
  return merged;
}
"#,
        good: r#"test('it works', () => {
  assert.deepEqual(task.merge({ a: 1, b: 1 }, { b: 2, c: undefined }), { a: 1, b: 2 });
});
"#,
        empty: r#"test('it works', () => {
  assert.doesNotThrow(() => task.merge({ a: 1 }, { b: 2 }));
  assert.ok(task.merge);
});
"#,
    },
];
