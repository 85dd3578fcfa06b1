module.exports = async function (fastify) {
  fastify.route({ method: ['GET', 'HEAD'], url: '/:id', handler: show });
};

async function show() {
  return null;
}
