import assert from 'node:assert';
import test from 'node:test';

import { f } from './calc.mjs';

test('f', () => assert.equal(f(1), 2));
test('one', () => assert.equal(1, 1));
