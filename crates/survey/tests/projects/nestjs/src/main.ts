import { NestFactory } from '@nestjs/core';
import { Controller, Get, Post, UseGuards, VersioningType } from '@nestjs/common';
import { KeyGuard } from './guard';
import { Column, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';

@Entity('cats')
export class Cat {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ nullable: true })
  name?: string;

  @ManyToOne(() => Cat)
  mother: Cat;
}

@Controller({ path: 'cats', version: '1' })
@UseGuards(KeyGuard)
export class CatsController {
  @Get(':id')
  show() {}

  @Post()
  create() {}
}

async function bootstrap() {
  const app = await NestFactory.create(CatsController);
  app.setGlobalPrefix(process.env.PREFIX || 'api');
  app.enableVersioning({ type: VersioningType.URI });
}
bootstrap();
