const express = require('express');
const fs = require('fs');
const path = require('path');
const { makeRouter, mountAll } = require('./plugins-outside');
const crud = require('crud-lib');
const app = express();
fs.readdirSync(path.join(__dirname, 'routes')).forEach((file) => {
  app.use('/api', require(`./routes/${file}`));
});
app.use('/x', makeRouter('x'));
app.use('/y', crud(User));
app.use('/z', dynamicRouter);
for (const m of modules) app[m.method](m.path, m.handler);
modules.forEach(({ path, router }) => app.use(path, router));
mountAll(app);
app.use(cors());
