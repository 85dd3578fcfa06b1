const logger = console;

const errorHandler = (err, req, res, next) => {
  const response = { code: err.status || 500, message: err.message };
  logger.error(err);
  res.status(response.code).json(response);
};

module.exports = { errorHandler };
