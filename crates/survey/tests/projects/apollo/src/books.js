const { combineResolvers } = require('graphql-resolvers')

function isSignedIn () {}
async function addBook (parent, args) {}

exports.resolvers = {
  Query: {
    books (parent, { author }) {}
  },
  Mutation: {
    addBook: combineResolvers(isSignedIn, addBook)
  }
}
