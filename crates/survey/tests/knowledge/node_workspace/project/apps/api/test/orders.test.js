const { app } = require('../src/app');

describe('orders', () => {
  it('needs a token', () => {
    expect(app).toBeDefined();
  });
});
