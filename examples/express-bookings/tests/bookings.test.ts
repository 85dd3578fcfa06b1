import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Client } from "./client.js";

let client: Client;

beforeEach(async () => {
  client = await Client.start();
  await client.post("/rooms", { name: "Attic", seats: 6 });
});

afterEach(async () => {
  await client.stop();
});

function booking(start: string, end: string) {
  return { title: "Planning", start: `2030-05-06T${start}:00Z`, end: `2030-05-06T${end}:00Z` };
}

test("a free room is booked", async () => {
  const booked = await client.post("/rooms/1/bookings", booking("10:00", "11:00"));
  assert.equal(booked.status, 201);
  assert.deepEqual((await client.get("/rooms/1/bookings")).body, [booked.body]);
});

test("bookings may touch but not overlap", async () => {
  await client.post("/rooms/1/bookings", booking("10:00", "11:00"));
  const touching = await client.post("/rooms/1/bookings", booking("11:00", "12:00"));
  assert.equal(touching.status, 201);
  const overlapping = await client.post("/rooms/1/bookings", booking("10:30", "11:30"));
  assert.equal(overlapping.status, 409);
  assert.match(overlapping.body.error, /^Attic is taken by "Planning" until /);
});

test("a booking ends after it begins", async () => {
  const refused = await client.post("/rooms/1/bookings", booking("11:00", "10:00"));
  assert.deepEqual(refused, { status: 422, body: { error: "end: must be after start" } });
});

test("an unknown room is not booked", async () => {
  assert.equal((await client.post("/rooms/9/bookings", booking("10:00", "11:00"))).status, 404);
});
