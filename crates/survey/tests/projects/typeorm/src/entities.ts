import { Column, CreateDateColumn, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn } from 'typeorm';

abstract class Stamped {
  @CreateDateColumn({ name: 'created_at' })
  createdAt: Date;
}

@Entity('authors')
export class Author extends Stamped {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column({ unique: true })
  email: string;

  @Column({ type: 'text', nullable: true })
  about: string | null;

  @OneToMany(() => Book, (book) => book.author)
  books: Book[];
}

@Entity()
export class Book {
  @PrimaryGeneratedColumn()
  id: number;

  @ManyToOne(() => Author, (author) => author.books, { nullable: false })
  author: Author;
}
