const env = require('env-schema')({ dotenv: true })
module.exports = { prefix: env.API_PREFIX }
