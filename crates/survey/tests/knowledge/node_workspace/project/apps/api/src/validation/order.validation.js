const { z } = require('zod');

const createOrder = z.object({ owner: z.string() });

module.exports = { createOrder };
