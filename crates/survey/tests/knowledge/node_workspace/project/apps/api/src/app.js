const express = require('express');
const { router } = require('./routes/order.routes');
const { errorHandler } = require('./middleware/error');

const app = express();
app.use(express.json());
app.use('/orders', router);
app.use(errorHandler);

module.exports = { app };
