const orders = require('../services/order.service');
const { createOrder } = require('../validation/order.validation');

const list = async (req, res) => {
  res.json({ success: true, data: await orders.list() });
};

const create = async (req, res) => {
  const wanted = createOrder.parse(req.body);
  res.status(201).json({ success: true, data: await orders.create(wanted) });
};

module.exports = { list, create };
