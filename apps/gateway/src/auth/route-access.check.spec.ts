import 'reflect-metadata';
import { Controller, Get, Post } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { expect, test } from '@jest/globals';
import { Access } from './access.decorator.js';
import { RouteAccessCheck } from './route-access.check.js';

@Controller('forgotten')
class Forgotten {
  @Get() list() {
    return [];
  }
}

@Controller('declared')
class Declared {
  @Get() @Access('signed_in') list() {
    return [];
  }
  helper() {
    return 1;
  }
}

@Controller('api/v1/secrets')
class Unknown {
  @Post() @Access('helpdesk') tell() {
    return 'of a ticket, perhaps';
  }
}

const start = async (controller: new () => object) => {
  const check = { provide: RouteAccessCheck, useClass: RouteAccessCheck };
  const module = await Test.createTestingModule({ imports: [DiscoveryModule], controllers: [controller], providers: [check] }).compile();
  await module.init();
  await module.close();
};

test('a route that declares no access stops the start', async () => {
  await expect(start(Forgotten)).rejects.toThrow('routes without a declared access: Forgotten.list');
});

test('declared routes start', async () => {
  await expect(start(Declared)).resolves.toBeUndefined();
});

test('a POST route whose kept answers tell of nobody knows what stops the start', async () => {
  await expect(start(Unknown)).rejects.toThrow('POST routes of which repeated-access.ts does not know what they are about: Unknown.tell');
});
