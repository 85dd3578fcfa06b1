const path = require('path');
const fastify = require('fastify')();

fastify.register(require('@fastify/autoload'), { dir: path.join(__dirname, 'routes'), options: { prefix: '/api' } });
fastify.register(async (inner) => {
  inner.get('/health', async () => 'ok');
}, { prefix: '/ops' });
