const express = require('express')
const { pool } = require('./pool')
const app = express()
app.get('/', (request, reply) => reply.end())

async function prepare () {
  await pool.query(`CREATE TABLE IF NOT EXISTS visits (id integer PRIMARY KEY, path text)`)
}
