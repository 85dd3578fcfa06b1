'use strict'
const path = require('node:path')
const autoload = require('@fastify/autoload')
const config = require('./config')

module.exports = async function (fastify, opts) {
  fastify.register(autoload, { dir: path.join(__dirname, 'routes'), options: config, routeParams: true })
  fastify.register(autoload, {
    dir: path.join(__dirname, 'flat'),
    options: config,
    dirNameRoutePrefix: false
  })
}
