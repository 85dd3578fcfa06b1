exports.pick = (from, keys) => Object.fromEntries(keys.map((key) => [key, from[key]]));
