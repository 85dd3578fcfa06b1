import { UseGuards } from '@nestjs/common';
import { Args, Mutation, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { SignedIn } from './guard';

class Cat {}

@Resolver(() => Cat)
@UseGuards(SignedIn)
export class CatsResolver {
  @Query(() => [Cat], { name: 'cats' })
  findAll() {}

  @Mutation('adoptCat')
  adopt(@Args('id') id: string) {}

  @Subscription(() => Cat)
  catAdopted() {}

  @ResolveField()
  owner() {}
}
