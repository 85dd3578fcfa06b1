const { ApolloServer, gql } = require('apollo-server')
const { merge } = require('lodash')
const books = require('./books')

const typeDefs = gql`
  """
  What can be asked: nothing(here: Int): Int
  """
  type Query {
    # all of them
    books(author: String, first: Int): [Book!]!
    lost: Book
  }
  type Book { title: String }
  extend type Mutation {
    addBook(
      title: String!
    ): Book
  }
  type Subscription { bookAdded: Book }
`

const own = {
  Subscription: { bookAdded: { subscribe: () => {} } },
  Book: { title: (book) => book.title }
}

new ApolloServer({ typeDefs, resolvers: merge({}, own, books.resolvers) })
