import 'reflect-metadata';
import { Controller, Get } from '@nestjs/common';
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

const start = async (controller: typeof Forgotten | typeof Declared) => {
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
