import assert from 'node:assert';
import { describe, it } from 'node:test';

import { f } from './calc.mjs';

describe('calc', () => {
  it('adds one', () => assert.equal(f(1), 2));
  it('counts', () => assert.equal(1, 1));
});
