const { describe, it } = require("node:test");
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { gross, discount, quantity, label } = require("../src/pricing");

const golden = path.join(__dirname, "golden", "label.txt");

it("gross adds the tax", () => {
  assert.equal(gross(100), 119);
});

describe("discount", () => {
  it("takes ten percent", () => {
    assert.equal(discount(30.5, 10), 27.45);
  });

  it("takes a third", () => {
    assert.equal(discount(10, 33), 6.7);
  });
});

it("quantity refuses negative numbers", async () => {
  await assert.rejects(quantity("-1"), /negative/);
});

it("quantity reads in time", { timeout: 1000 }, async () => {
  assert.equal(await quantity(" 3 "), 3);
});

it("label is as printed", () => {
  assert.equal(label("tea", 2.5) + "\n", fs.readFileSync(golden, "utf8"));
});
