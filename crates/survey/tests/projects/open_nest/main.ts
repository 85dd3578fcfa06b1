import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { makeController, crudController, PATHS } from 'outside';
@Controller(PATHS.users)
export class Users { @Get(PATHS.all) all() {} }
export function base(name: string) {
  @Controller(name)
  class Base { @Get() all() {} }
  return Base;
}
@Controller('cats')
export class Cats extends crudController(Cat) {}
@Module({ controllers: [Users, Cats, makeController('x'), base('dogs'), ...makeController('z')] })
export class AppModule {}
async function bootstrap() { const app = await NestFactory.create(AppModule); await app.listen(1); }
bootstrap();
