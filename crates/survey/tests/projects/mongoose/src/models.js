const mongoose = require('mongoose')
const { Schema } = mongoose

const person = new Schema({
  name: { type: String, required: true },
  email: { type: String, unique: true },
  address: { street: String, city: { type: String, required: [true, 'city is needed'] } },
  friends: [{ type: Schema.Types.ObjectId, ref: 'Person' }]
}, { timestamps: true })

module.exports = mongoose.model('Person', person)
