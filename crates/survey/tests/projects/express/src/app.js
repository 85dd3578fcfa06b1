const express = require('express');
const notes = require('./notes');

const app = express();
[{ path: '/notes', router: notes(express.Router()) }].forEach((entry) => app.use('/api', guard, express.Router().use(entry.path, entry.router)));
app.get(process.env.HEALTH, (request, response) => response.end());

function guard(request, response, next) {
  if (!request.user) return response.status(401).end();
  next();
}

module.exports = app;
