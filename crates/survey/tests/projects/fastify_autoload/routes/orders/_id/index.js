module.exports = async function (fastify) {
  fastify.get('/', { onRequest: [fastify.authenticate] }, async function show () {})
  fastify.delete('/lines/:line', async () => {})
}
