const fp = require('fastify-plugin')
async function tags (fastify, options) {
  fastify.get(options.prefix + 'tags', async () => {})
}
module.exports = fp(tags)
