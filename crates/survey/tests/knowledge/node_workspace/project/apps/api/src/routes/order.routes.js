const { Router } = require('express');
const { auth } = require('../middleware/auth');
const orders = require('../controllers/order.controller');

const router = Router();
router.get('/', auth, orders.list);
router.post('/', auth, orders.create);

module.exports = { router };
