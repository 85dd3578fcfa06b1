import { integer, pgTable, serial, text, varchar } from 'drizzle-orm/pg-core';

export const authors = pgTable('authors', {
  id: serial('id').primaryKey(),
  fullName: varchar('full_name', { length: 80 }).notNull(),
  about: text('about'),
});

export const books = pgTable('books', {
  id: serial('id').primaryKey(),
  authorId: integer('author_id').notNull().references(() => authors.id),
  isbn: text('isbn').unique(),
});
