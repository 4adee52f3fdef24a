import { Injectable, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { isSubjectKnown } from '../idempotency/repeated-access.js';
import { ROUTE_ACCESS } from './access.decorator.js';

interface Route {
  name: string;
  pattern: string;
  isPost: boolean;
  access: unknown;
}

/** Default deny, said early: a route that declares no access, or whose kept answers tell of nobody knows what, stops the start. */
@Injectable()
export class RouteAccessCheck implements OnModuleInit {
  private readonly scanner = new MetadataScanner();

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    const routes = this.discovery.getControllers().flatMap(({ metatype }) => (metatype ? this.routesOf(metatype as new () => object) : []));
    const names = (found: Route[]) => found.map(({ name }) => name).join(', ');
    const open = routes.filter(({ access }) => access === undefined);
    if (open.length > 0) throw new Error(`routes without a declared access: ${names(open)}`);
    const unknown = routes.filter(({ isPost, access, pattern }) => isPost && access !== 'public' && !isSubjectKnown(pattern));
    if (unknown.length > 0) throw new Error(`POST routes of which repeated-access.ts does not know what they are about: ${names(unknown)}`);
  }

  private routesOf(controller: new () => object): Route[] {
    const prototype = controller.prototype as Record<string, object>;
    const read = (key: string, target: object) => Reflect.getMetadata(key, target) as unknown;
    const base = read(PATH_METADATA, controller);
    return this.scanner.getAllMethodNames(prototype).flatMap((method) => {
      const handler = prototype[method] as object;
      if (!Reflect.hasMetadata(PATH_METADATA, handler)) return [];
      const pattern = [base, read(PATH_METADATA, handler)]
        .filter((part): part is string => typeof part === 'string')
        .map((part) => part.replaceAll(/^\/+|\/+$/g, ''))
        .filter(Boolean)
        .join('/');
      return [
        {
          name: `${controller.name}.${method}`,
          pattern: `/${pattern}`,
          isPost: read(METHOD_METADATA, handler) === RequestMethod.POST,
          access: read(ROUTE_ACCESS, handler) ?? read(ROUTE_ACCESS, controller),
        },
      ];
    });
  }
}
