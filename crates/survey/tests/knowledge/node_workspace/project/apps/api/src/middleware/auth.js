const jwt = require('jsonwebtoken');
const { ApiError } = require('../errors');

const auth = (req, res, next) => {
  const token = req.headers.authorization;
  if (!token) throw new ApiError(401, 'no token');
  req.user = jwt.verify(token, process.env.JWT_SECRET);
  next();
};

module.exports = { auth };
