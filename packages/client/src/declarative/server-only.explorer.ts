import {
  CONTROLLER_WATERMARK,
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  REDIRECT_METADATA,
  RENDER_METADATA,
  SSE_METADATA,
  VERSION_METADATA,
} from '@nestjs/common/constants.js';

/** What only a server can do, by where Nest keeps it. */
const SERVERS_OWN = new Map([
  [GUARDS_METADATA, '@UseGuards()'],
  [INTERCEPTORS_METADATA, '@UseInterceptors()'],
  [PIPES_METADATA, '@UsePipes()'],
  [EXCEPTION_FILTERS_METADATA, '@UseFilters()'],
]);
const NO_SINGLE_ANSWER = new Map([
  [SSE_METADATA, '@Sse()'],
  [REDIRECT_METADATA, '@Redirect()'],
  [RENDER_METADATA, '@Render()'],
]);

/** A sentence for each decorator on a contract's method that says what no client can do. */
export function serverOnly(method: object): string[] {
  const problems = present(method, NO_SINGLE_ANSWER).map(
    (decorator) =>
      `${decorator} has no single answer that a call could resolve with. Leave the method to the controller.`,
  );
  if (Reflect.hasMetadata(VERSION_METADATA, method))
    problems.push(
      '@Version() may stand for a path, a header or a media type. Write the version into the path.',
    );
  return [...problems, ...serversOwn(method)];
}

/** The same for the decorators of the class. */
export function serverOnlyClass(type: object): string[] {
  const problems = serversOwn(type);
  if (Reflect.hasMetadata(CONTROLLER_WATERMARK, type))
    problems.push(
      '@Controller() makes a server of it. Give the path to @ServiceClient(), and put @ServeContract() on the controller.',
    );
  return problems;
}

function serversOwn(target: object): string[] {
  return present(target, SERVERS_OWN).map(
    (decorator) =>
      `${decorator} is the server's, and would take its code to every client. Put it on the controller.`,
  );
}

function present(target: object, decorators: ReadonlyMap<string, string>): string[] {
  return [...decorators]
    .filter(([key]) => Reflect.hasMetadata(key, target))
    .map(([, decorator]) => decorator);
}
