const { PrismaClient } = require('@prisma/client');
const { pick } = require('@root/shared');
const { ApiError } = require('../errors');

const prisma = new PrismaClient();

const list = async () => prisma.order.findMany();

const create = async (wanted) => {
  if (!wanted.owner) throw new ApiError(400, 'no owner');
  return prisma.order.create({ data: pick(wanted, ['owner']) });
};

module.exports = { list, create };
