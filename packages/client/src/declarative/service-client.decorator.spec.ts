import {
  All,
  Body,
  Controller,
  createParamDecorator,
  Get,
  Header,
  Headers,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Redirect,
  Render,
  Req,
  Res,
  Session,
  Sse,
  UploadedFile,
  UseGuards,
  UseInterceptors,
  Version,
} from '@nestjs/common';
import { Signal } from '@rookery/common';
import { CallOptions, InvalidContractError, remote, ServiceClient } from '@rookery/client/contract';
import { Observable } from 'rxjs';
import { contractOf } from './contract.js';

const CurrentUser = createParamDecorator(() => 'ada');

/** What is said about a contract that a class cannot be. */
function refusal(declare: () => unknown): readonly string[] {
  try {
    declare();
  } catch (error) {
    if (error instanceof InvalidContractError) return error.problems;
    throw error;
  }
  return [];
}

const contract = ServiceClient('user-service', { path: 'users' });

describe('a contract', () => {
  it('is read once, with everything that Nest notes', () => {
    @contract
    abstract class UserApi {
      @CallOptions({ idempotent: true, timeout: '1s' })
      @Header('cache-control', 'no-store')
      @HttpCode(202)
      @Put(':id/names/:index')
      rename(
        @Param('id') id: string,
        @Param('index') index: number,
        @Body('name') name: string,
        @Query() query: { dry?: boolean },
        @Headers('x-tenant') tenant: string,
        @Signal() signal?: AbortSignal,
        @CallOptions() options?: CallOptions,
      ): Promise<void> {
        return remote(id, index, name, query, tenant, signal, options);
      }

      @Get()
      list(): Promise<string[]> {
        return remote();
      }
    }

    expect(contractOf(UserApi)).toMatchObject({ name: 'UserApi', service: 'user-service', path: '/users' });
    expect(contractOf(UserApi)?.routes).toMatchObject([
      {
        label: 'UserApi.rename',
        verb: 'PUT',
        path: '/users/:id/names/:index',
        signalAt: 5,
        optionsAt: 6,
        defaults: { idempotent: true, timeout: '1s' },
      },
      { label: 'UserApi.list', verb: 'GET', path: '/users', parameters: [] },
    ]);
  });

  it('takes over the routes of a class that it extends, and leaves that class as it is', () => {
    abstract class Crud<T> {
      @Get(':id')
      find(@Param('id') id: string): Promise<T> {
        return remote(id);
      }
    }
    @ServiceClient('user-service', { path: 'users' })
    abstract class UserApi extends Crud<string> {}
    @ServiceClient('order-service', { path: 'orders' })
    abstract class OrderApi extends Crud<number> {}

    expect(contractOf(UserApi)?.routes[0]).toMatchObject({ label: 'UserApi.find', path: '/users/:id' });
    expect(contractOf(OrderApi)?.routes[0]).toMatchObject({ label: 'OrderApi.find', path: '/orders/:id' });
    expect(contractOf(Crud)).toBeUndefined();
    expect(() => Crud.prototype.find('1')).toThrow(/Put @ServiceClient\(\) on its class/);
  });

  it('that nobody injected rejects, and says from where to get it', async () => {
    @contract
    class UserApi {
      @Get(':id')
      find(@Param('id') id: string): Promise<string> {
        return remote(id);
      }
    }
    await expect(new UserApi().find('1')).rejects.toThrow(/UserApi\.find.*ClientModule\.forFeature/);
    expect(new UserApi().find).toHaveProperty('name', 'find');
    expect(new UserApi().find).toHaveLength(1);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a method without a route',
      () => {
        @contract
        class Api {
          help(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /help has no route/,
    ],
    [
      'an accessor, without running it',
      () => {
        @contract
        class Api {
          get help(): string {
            throw new Error('It ran.');
          }
        }
        return Api;
      },
      /help has no route/,
    ],
    [
      'an empty class',
      () => {
        @contract
        class Api {}
        return Api;
      },
      /no methods/,
    ],
    [
      'a :name that gets no value',
      () => {
        @contract
        class Api {
          @Get(':id/:part')
          find(@Param('id') id: string): Promise<void> {
            return remote(id);
          }
        }
        return Api;
      },
      /find: :part of the path gets no value/,
    ],
    [
      'a value for no :name',
      () => {
        @contract
        class Api {
          @Get(':id')
          find(@Param('id') id: string, @Param('other') other: string): Promise<void> {
            return remote(id, other);
          }
        }
        return Api;
      },
      /find: @Param\('other'\) has no place/,
    ],
    [
      'a whole @Param() for a path without names',
      () => {
        @contract
        class Api {
          @Get()
          find(@Param() all: object): Promise<void> {
            return remote(all);
          }
        }
        return Api;
      },
      /nothing to fill/,
    ],
    [
      'two whole bodies',
      () => {
        @contract
        class Api {
          @Post()
          make(@Body() one: object, @Body() two: object): Promise<void> {
            return remote(one, two);
          }
        }
        return Api;
      },
      /@Body\(\) takes the whole part/,
    ],
    [
      'one field of the body twice',
      () => {
        @contract
        class Api {
          @Post()
          make(@Body('a') one: object, @Body('a') two: object): Promise<void> {
            return remote(one, two);
          }
        }
        return Api;
      },
      /@Body\('a'\) is there twice/,
    ],
    [
      'one header twice, in two spellings',
      () => {
        @contract
        class Api {
          @Post()
          make(@Headers('X-A') one: string, @Headers('x-a') two: string): Promise<void> {
            return remote(one, two);
          }
        }
        return Api;
      },
      /@Headers\('x-a'\) is there twice/,
    ],
    [
      'a header that the client sets itself',
      () => {
        @contract
        class Api {
          @Post()
          make(@Headers('content-length') length: string): Promise<void> {
            return remote(length);
          }
        }
        return Api;
      },
      /@Headers\('content-length'\): Set by the client/,
    ],
    [
      'a body on GET',
      () => {
        @contract
        class Api {
          @Get()
          find(@Body() filter: object): Promise<void> {
            return remote(filter);
          }
        }
        return Api;
      },
      /A GET request has no body/,
    ],
    [
      'two methods for one route, whatever their names are called',
      () => {
        @contract
        class Api {
          @Get(':id')
          find(@Param('id') id: string): Promise<void> {
            return remote(id);
          }
          @Get(':user')
          get(@Param('user') user: string): Promise<void> {
            return remote(user);
          }
        }
        return Api;
      },
      /get and find are both GET \/users\/:user/,
    ],
    [
      'an argument that goes nowhere',
      () => {
        @contract
        class Api {
          @Get(':id')
          find(@Param('id') id: string, page: number): Promise<void> {
            return remote(id, page);
          }
        }
        return Api;
      },
      /find: Parameter 2 would not be sent/,
    ],
    [
      'an argument with a default value that goes nowhere',
      () => {
        @contract
        class Api {
          @Get()
          find(page = 1): Promise<void> {
            return remote(page);
          }
        }
        return Api;
      },
      /find: Parameter 1 would not be sent/,
    ],
    [
      'what only a server has',
      () => {
        @contract
        class Api {
          @Get()
          find(
            @Req() a: object,
            @Res() b: object,
            @Session() c: object,
            @UploadedFile() d: object,
            @CurrentUser() e: object,
          ): Promise<void> {
            return remote(a, b, c, d, e);
          }
        }
        return Api;
      },
      /@Req\(\).*@Res\(\).*@Session\(\).*@UploadedFile\(\).*a decorator of your own/,
    ],
    [
      'what decides over a request on the server',
      () => {
        @contract
        @UseGuards()
        class Api {
          @UseInterceptors()
          @Get()
          find(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /@UseGuards\(\) is the server's.*find: @UseInterceptors\(\) is the server's/,
    ],
    [
      'what has no single answer',
      () => {
        @contract
        class Api {
          @Sse('events')
          events(): Promise<void> {
            return remote();
          }
          @Redirect('/')
          @Get('away')
          away(): Promise<void> {
            return remote();
          }
          @Render('page')
          @Get('page')
          page(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /events: @Sse\(\).*away: @Redirect\(\).*page: @Render\(\)/,
    ],
    [
      'every HTTP method at once',
      () => {
        @contract
        class Api {
          @All()
          any(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /ALL is no method that clients send/,
    ],
    [
      'a version',
      () => {
        @contract
        class Api {
          @Version('1')
          @Get()
          find(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /Write the version into the path/,
    ],
    [
      'several paths, and wildcards',
      () => {
        @contract
        class Api {
          @Get(['a', 'b'])
          find(): Promise<void> {
            return remote();
          }
          @Get('files/*path')
          file(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /find: has several paths.*file: has the path "files\/\*path"/,
    ],
    [
      'a status that is no success',
      () => {
        @contract
        class Api {
          @HttpCode(404)
          @Get()
          find(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /@HttpCode\(404\) is no success/,
    ],
    [
      'a result that is no promise',
      () => {
        @contract
        class Api {
          @Get('a')
          name(): string {
            return remote();
          }
          @Get('b')
          names(): Observable<string> {
            return new Observable();
          }
        }
        return Api;
      },
      /name: It returns String.*A call takes time.*names: It returns Observable.*A call has one answer/,
    ],
    [
      'a controller',
      () => {
        @contract
        @Controller('users')
        class Api {
          @Get()
          find(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /@Controller\(\) makes a server of it/,
    ],
    [
      'state',
      () => {
        @contract
        class Api {
          readonly seen = new Set<string>();
          @Get()
          find(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /seen is a property/,
    ],
    [
      'a path of all methods that is no single URL',
      () => {
        @ServiceClient('user-service', { path: 'users/*' })
        class Api {
          @Get()
          find(): Promise<void> {
            return remote();
          }
        }
        return Api;
      },
      /The contract has the path "users\/\*"/,
    ],
    [
      'a name that the paths of the class and of the method both have',
      () => {
        @ServiceClient('user-service', { path: ':id' })
        class Api {
          @Get(':id')
          find(@Param('id') id: string): Promise<void> {
            return remote(id);
          }
        }
        return Api;
      },
      /":id" twice/,
    ],
  ])('refuses %s', (_what, declare, message) => {
    expect(refusal(declare).join(' ')).toMatch(message);
  });

  it('tells everything that is wrong at once, each with its method', () => {
    const problems = refusal(() => {
      @contract
      class Api {
        @Get(':id')
        find(): Promise<void> {
          return remote();
        }
        @Post()
        make(@Query('') nothing: string): Promise<void> {
          return remote(nothing);
        }
      }
      return Api;
    });
    expect(problems).toEqual([
      "find: :id of the path gets no value. Give it a parameter with @Param('id').",
      "make: @Query('') names nothing. Give it a name.",
    ]);
  });

  it('refuses arguments in its constructor', () => {
    class Api {
      constructor(readonly name: string) {}
      @Get()
      find(): Promise<void> {
        return remote();
      }
    }
    // @ts-expect-error A contract has no constructor arguments.
    expect(refusal(() => contract(Api)).join()).toMatch(/Its constructor takes arguments/);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no name', () => ServiceClient('')(class Api {}), /service: Invalid value ""/],
    [
      'an unknown option',
      () => ServiceClient('a', { paht: 'b' } as object)(class Api {}),
      /paht: Unknown option/,
    ],
  ])('refuses %s of a service', (_what, declare, message) => {
    expect(declare).toThrow(message);
  });
});

describe('@CallOptions()', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'unknown options',
      () => {
        class Api {
          @CallOptions({ timeuot: 1 } as object)
          find() {}
        }
        return Api;
      },
      /Api\.find: @CallOptions\(\): timeuot: Unknown option/,
    ],
    [
      'options that cannot be meant',
      () => {
        class Api {
          @CallOptions({ timeout: 0, headers: { host: 'a' }, query: { a: { b: 1 } as never } })
          find() {}
        }
        return Api;
      },
      /query\.a: Invalid value an object.*headers\.host: Set by the client.*timeout: Invalid value 0/,
    ],
    [
      'nothing on a method',
      () => {
        class Api {
          // @ts-expect-error A method is given options.
          @CallOptions()
          find() {}
        }
        return Api;
      },
      /declares nothing/,
    ],
    [
      'something on a parameter',
      () => {
        class Api {
          // @ts-expect-error A parameter is given none.
          find(@CallOptions({ timeout: 1 }) options: CallOptions) {
            return options;
          }
        }
        return Api;
      },
      /on a parameter takes no arguments/,
    ],
    [
      'two parameters',
      () => {
        class Api {
          find(@CallOptions() one: CallOptions, @CallOptions() two: CallOptions) {
            return [one, two];
          }
        }
        return Api;
      },
      /on two parameters/,
    ],
  ])('refuses %s', (_what, declare, message) => {
    expect(declare).toThrow(message);
  });
});
