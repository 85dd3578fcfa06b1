module.exports = async (fastify) => {
  fastify.route({ method: ['GET', 'HEAD'], url: '/', handler: list })
}
async function list () {}
module.exports.autoPrefix = '/stock'
