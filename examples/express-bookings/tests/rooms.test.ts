import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "./client.js";

let client: Client;

before(async () => {
  client = await Client.start();
});

after(async () => {
  await client.stop();
});

test("a room is added and read", async () => {
  const added = await client.post("/rooms", { name: "Attic", seats: 6 });
  assert.equal(added.status, 201);
  const found = await client.get(`/rooms/${added.body.id}`);
  assert.deepEqual(found, { status: 200, body: added.body });
  assert.equal(found.body.name, "Attic");
});

test("a room needs a seat", async () => {
  const refused = await client.post("/rooms", { name: "Attic", seats: 0 });
  assert.equal(refused.status, 422);
  assert.match(refused.body.error, /^seats: /);
});

test("an unknown room is not found", async () => {
  const answer = await client.get("/rooms/99");
  assert.deepEqual(answer, { status: 404, body: { error: "room 99 does not exist" } });
});
