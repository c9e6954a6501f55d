import { type ModulesContainer } from '@nestjs/core';
import { GatewayExceptionFilter } from './gateway-exception.filter.js';

/** Where `@WebSocketGateway()` and `@UseFilters()` leave their marks. */
const IS_GATEWAY = 'websockets:is_gateway';
const FILTERS = '__exceptionFilters__';

const filter = new GatewayExceptionFilter();

/**
 * Binds the filter to every gateway of the app, since Nest applies no global filter to gateways. It must run before Nest
 * connects them, which is before `onModuleInit`. The gateway's own filters come first: Nest asks the last one first.
 */
export function bindToGateways(modules: ModulesContainer): typeof filter {
  for (const { providers } of modules.values()) {
    for (const { metatype } of providers.values()) {
      if (!metatype || Reflect.getMetadata(IS_GATEWAY, metatype) !== true) continue;
      const own = (Reflect.getMetadata(FILTERS, metatype) ?? []) as unknown[];
      if (!own.includes(filter)) Reflect.defineMetadata(FILTERS, [filter, ...own], metatype);
    }
  }
  return filter;
}
