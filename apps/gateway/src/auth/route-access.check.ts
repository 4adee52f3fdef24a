import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ROUTE_ACCESS } from './access.decorator.js';

/** Default deny, said early: a route that declares no access stops the start. */
@Injectable()
export class RouteAccessCheck implements OnModuleInit {
  private readonly scanner = new MetadataScanner();

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    const open = this.discovery.getControllers().flatMap(({ metatype }) => (metatype ? this.undeclared(metatype as new () => object) : []));
    if (open.length > 0) throw new Error(`routes without a declared access: ${open.join(', ')}`);
  }

  private undeclared(controller: new () => object): string[] {
    if (Reflect.hasMetadata(ROUTE_ACCESS, controller)) return [];
    const prototype = controller.prototype as Record<string, object>;
    return this.scanner
      .getAllMethodNames(prototype)
      .filter(
        (name) =>
          Reflect.hasMetadata(PATH_METADATA, prototype[name] as object) && !Reflect.hasMetadata(ROUTE_ACCESS, prototype[name] as object),
      )
      .map((name) => `${controller.name}.${name}`);
  }
}
