const { DataTypes, Model, Sequelize } = require('sequelize')
const sequelize = new Sequelize(process.env.DATABASE_URL)

class Account extends Model {}
Account.init({
  email: { type: DataTypes.STRING, allowNull: false, unique: true },
  nickname: DataTypes.STRING
}, { sequelize, modelName: 'Account', paranoid: true })

const Entry = sequelize.define('entry', {
  uuid: { type: DataTypes.UUID, primaryKey: true },
  amount: { type: DataTypes.INTEGER, field: 'cents' }
}, { tableName: 'ledger', timestamps: false })

Entry.belongsTo(Account, { foreignKey: 'accountId' })
module.exports = { Account, Entry }
