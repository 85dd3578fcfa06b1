exports.up = async function (knex) {
  await knex.schema
    .createTable('authors', (table) => {
      table.increments('id')
      table.string('name', 100).notNullable().unique()
      table.timestamps(true, true)
    })
    .createTable('books', (table) => {
      table.uuid('id').primary()
      table.integer('author_id').unsigned().notNullable().references('id').inTable('authors')
      table.text('summary')
    })
}

exports.down = async function (knex) {
  await knex.schema.dropTable('books').dropTable('authors')
}
