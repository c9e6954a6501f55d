import { requireInstanceMethod, type Schema } from '@rookery/common';
import { type CallDefaults, callDefaultsCheck, type CallOptions as Options } from './call-options.js';

export type CallOptions = Options;

const OPTIONS_PARAMETER = '@rookery/client:call-options-parameter';
const CALL_DEFAULTS = '@rookery/client:call-defaults';

/** A decorator of methods that promise what a schema makes of an answer, or something wider. Others do not compile. */
export type AnsweringMethod<Answer> = <Method extends (...args: never[]) => Promise<unknown>>(
  target: object,
  key: string | symbol,
  descriptor: [Answer] extends [Awaited<ReturnType<Method>>] ? TypedPropertyDescriptor<Method> : never,
) => void;

/**
 * On a method of a contract: the options of all its calls, such as a POST that may be repeated. On a parameter, without
 * arguments: the options of the single call; they go before those of the method, the method's other arguments before both.
 *
 * @example
 * \@CallOptions({ idempotent: true, timeout: '1s' })
 * \@Post(':id/recount')
 * recount(@Param('id') id: string, @CallOptions() options?: CallOptions): Promise<Stock> { return remote(id, options); }
 */
export function CallOptions(): ParameterDecorator;
export function CallOptions<Answer>(
  defaults: CallDefaults<Answer> & { readonly schema: Schema<Answer> },
): AnsweringMethod<Answer>;
export function CallOptions(defaults: CallDefaults): MethodDecorator;
export function CallOptions(defaults?: CallDefaults): MethodDecorator & ParameterDecorator {
  return (target: object, key: string | symbol | undefined, place?: number | PropertyDescriptor) => {
    const where = key === undefined ? target.constructor.name : `${target.constructor.name}.${String(key)}`;
    if (typeof place === 'number') markParameter(where, target, key, place, defaults);
    else setDefaults(where, target, key, place, defaults);
  };
}

function markParameter(
  where: string,
  target: object,
  key: string | symbol | undefined,
  index: number,
  defaults: unknown,
): void {
  if (key === undefined)
    throw new TypeError(`@CallOptions() marks a parameter of a method, not of a constructor.`);
  if (defaults !== undefined) {
    throw new TypeError(
      `${where}: @CallOptions() on a parameter takes no arguments. Put the options of every call on the method.`,
    );
  }
  if (callOptionsParameter(target, key) !== undefined)
    throw new TypeError(`${where}: @CallOptions() is on two parameters. Keep one of them.`);
  Reflect.defineMetadata(OPTIONS_PARAMETER, index, target, key);
}

function setDefaults(
  where: string,
  target: object,
  key: string | symbol | undefined,
  descriptor: PropertyDescriptor | undefined,
  defaults: CallDefaults | undefined,
): void {
  requireInstanceMethod('@CallOptions()', target, key, descriptor);
  if (defaults === undefined)
    throw new TypeError(`${where}: @CallOptions() on a method declares nothing. Give it options.`);
  const problems: string[] = [];
  callDefaultsCheck(defaults, '', problems);
  if (problems.length > 0) throw new TypeError(`${where}: @CallOptions(): ${problems.join(' ')}`);
  Reflect.defineMetadata(CALL_DEFAULTS, defaults, target, key as string);
}

/** Which parameter takes the options of a single call. */
export function callOptionsParameter(target: object, key: string | symbol): number | undefined {
  return Reflect.getMetadata(OPTIONS_PARAMETER, target, key) as number | undefined;
}

/** The options of every call of the method. */
export function callDefaults(target: object, key: string | symbol): CallDefaults {
  return (Reflect.getMetadata(CALL_DEFAULTS, target, key) as CallDefaults | undefined) ?? {};
}
