const fastify = require('fastify')();
const { routes, plug } = require('outside');
for (const r of routes) fastify.route(r);
routes.forEach((r) => fastify.register(r));
fastify.register(plug('x'), { prefix: '/x' });
fastify.register(import('./nowhere.js'), { prefix: '/n' });
fastify.register(require('./' + name));
fastify.listen({ port: 1 });
