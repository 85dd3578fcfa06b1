echo new > test/__snapshots__/a.test.js.snap
