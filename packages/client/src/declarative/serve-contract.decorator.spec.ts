import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  ParseIntPipe,
  ParseUUIDPipe,
  Post,
  Query,
  Req,
  SetMetadata,
} from '@nestjs/common';
import {
  CallOptions,
  type ContractClass,
  InvalidContractError,
  remote,
  type Served,
  ServeContract,
  ServiceClient,
} from '@rookery/client/contract';
import { nestRouteOf, parametersOf } from './nest-route.explorer.js';

@ServiceClient('user-service', { path: 'users' })
abstract class UserApi {
  @SetMetadata('roles', ['admin'])
  @HttpCode(202)
  @Post(':id/names')
  rename(
    @Param('id', ParseUUIDPipe) id: string,
    @Body('name') name: string,
    @CallOptions() options?: CallOptions,
  ): Promise<string> {
    return remote(id, name, options);
  }
}

/** What is said about a controller that does not keep the contract. */
function refusal(controller: new (...args: never[]) => object, contract: ContractClass = UserApi): string {
  try {
    ServeContract(contract)(controller);
  } catch (error) {
    if (error instanceof InvalidContractError) return error.message;
    throw error;
  }
  return '';
}

describe('a controller of a contract', () => {
  it('gets its path, routes, parameters, pipes, statuses and what other decorators noted', () => {
    @ServeContract(UserApi)
    class Users implements Served<UserApi> {
      rename(id: string, name: string): string {
        return `${id} ${name}`;
      }
    }
    expect(nestRouteOf(Users.prototype, 'rename')).toEqual(nestRouteOf(UserApi.prototype, 'rename'));
    expect(parametersOf(Users, 'rename')).toEqual(parametersOf(UserApi, 'rename'));
    expect(Reflect.getMetadata('path', Users)).toBe('/users');
    expect(Reflect.getMetadata('roles', Users.prototype.rename)).toEqual(['admin']);
    expect(Reflect.getMetadata('design:paramtypes', Users.prototype, 'rename')).toEqual([
      String,
      String,
      expect.anything(),
    ]);
  });

  it('adds what only a server has: pipes, headers and parameters behind those of the contract', () => {
    @ServeContract(UserApi)
    class Users {
      @SetMetadata('roles', ['owner'])
      rename(
        @Param('id', ParseIntPipe) id: string,
        name: string,
        _options?: unknown,
        @Req() _request?: object,
        @Headers('x-gateway') _gateway?: string,
      ): Promise<string> {
        return Promise.resolve(`${id} ${name}`);
      }
    }
    const parameters = parametersOf(Users, 'rename');
    expect(Object.values(parameters).find(({ index }) => index === 0)).toMatchObject({
      data: 'id',
      pipes: [ParseUUIDPipe, ParseIntPipe],
    });
    expect(new Set(Object.values(parameters).map(({ index }) => index))).toEqual(new Set([0, 1, 3, 4]));
    expect(Reflect.getMetadata('roles', Users.prototype.rename)).toEqual(['owner']);
    // The contract stays as it was.
    expect(Object.keys(parametersOf(UserApi, 'rename'))).toHaveLength(2);
  });

  it('may extend the contract', () => {
    @ServeContract(UserApi)
    class Users extends UserApi {
      override rename(id: string, name: string): Promise<string> {
        return Promise.resolve(`${id} ${name}`);
      }
    }
    expect(nestRouteOf(Users.prototype, 'rename')).toMatchObject({ verb: 'POST', status: 202 });
    expect(parametersOf(Users, 'rename')).toEqual(parametersOf(UserApi, 'rename'));
  });

  it('may inherit a method, which keeps no route of another controller', () => {
    @ServiceClient('other-service', { path: 'others' })
    abstract class OtherApi {
      @Post('elsewhere')
      rename(@Body('id') id: string, @Body('name') name: string): Promise<string> {
        return remote(id, name);
      }
    }
    class Base {
      rename(id: string, name: string): string {
        return `${id} ${name}`;
      }
    }
    @ServeContract(UserApi)
    class Users extends Base {}
    @ServeContract(OtherApi)
    class Others extends Base {}
    expect(nestRouteOf(Users.prototype, 'rename')).toMatchObject({ path: ':id/names' });
    expect(nestRouteOf(Others.prototype, 'rename')).toMatchObject({ path: 'elsewhere' });
    expect(nestRouteOf(Base.prototype, 'rename')).toBeUndefined();
    expect(new Users().rename('1', 'Ada')).toBe('1 Ada');
  });

  it.each<[string, () => new (...args: never[]) => object, RegExp]>([
    ['lacks a method', () => class Users {}, /Users: rename is promised by UserApi and missing/],
    [
      'only inherits the method of the contract',
      () => class Users extends UserApi {},
      /rename is promised by UserApi and missing/,
    ],
    [
      'has another route',
      () => {
        class Users {
          @Post(':user/names')
          rename() {}
        }
        return Users;
      },
      /It is POST \/:user\/names here, and POST \/:id\/names in the contract/,
    ],
    [
      'has another HTTP method',
      () => {
        class Users {
          @Get(':id/names')
          rename() {}
        }
        return Users;
      },
      /It is GET \/:id\/names here/,
    ],
    [
      'answers with another status',
      () => {
        class Users {
          @HttpCode(204)
          rename() {}
        }
        return Users;
      },
      /@HttpCode\(204\) is not in the contract/,
    ],
    [
      'reads a parameter from elsewhere',
      () => {
        class Users {
          rename(@Query('id') _id: string) {}
        }
        return Users;
      },
      /Parameter 1 is @Query\('id'\) here, and @Param\('id'\) in the contract/,
    ],
    [
      'reads a parameter under another name',
      () => {
        class Users {
          rename(_id: string, @Body('title') _title: string) {}
        }
        return Users;
      },
      /Parameter 2 is @Body\('title'\) here, and @Body\('name'\) in the contract/,
    ],
    [
      'reads what nobody sends',
      () => {
        class Users {
          rename(_id: string, _name: string, _options: undefined, @Query('page') _page: string) {}
        }
        return Users;
      },
      /Parameter 4 is @Query\('page'\), which no caller of the contract sends/,
    ],
    [
      'is a controller already',
      () => {
        @Controller('people')
        class Users {
          rename() {}
        }
        return Users;
      },
      /Remove @Controller\(\)/,
    ],
  ])('is refused when it %s', (_what, declare, message) => {
    expect(refusal(declare())).toMatch(message);
  });

  it('is refused when one of its methods takes the requests of a later one, whatever the order of the contract', () => {
    @ServiceClient('user-service', { path: 'users' })
    abstract class OrderedApi {
      @Get('me')
      me(): Promise<string> {
        return remote();
      }
      @Get('v1.0/:id')
      dotted(@Param('id') id: string): Promise<string> {
        return remote(id);
      }
      @Get(':id')
      find(@Param('id') id: string): Promise<string> {
        return remote(id);
      }
      @Post(':id')
      make(@Param('id') id: string): Promise<string> {
        return remote(id);
      }
      @Get(':group/:id')
      among(@Param('group') group: string, @Param('id') id: string): Promise<string> {
        return remote(group, id);
      }
    }
    class Wrong {
      find() {}
      make() {}
      among() {}
      me() {}
      dotted() {}
    }
    class Right {
      make() {}
      me() {}
      find() {}
      dotted() {}
      among() {}
    }
    const problems = refusal(Wrong, OrderedApi);
    expect(problems).toMatch(
      /me is never reached: find stands before it, and \/users\/:id takes what is for \/users\/me\./,
    );
    expect(problems).toMatch(/dotted is never reached: among stands before it/);
    expect(problems).not.toMatch(/make|find is never|among is never/);
    expect(refusal(Right, OrderedApi)).toBe('');
  });

  it('is refused when there is no contract', () => {
    abstract class NoApi {}
    expect(refusal(class Users {}, NoApi)).toMatch(/NoApi: Users cannot serve what is no contract/);
  });

  it('is left alone when it is refused', () => {
    class Users {
      rename(@Query('id') _id: string) {}
    }
    refusal(Users);
    expect(nestRouteOf(Users.prototype, 'rename')).toBeUndefined();
    expect(Reflect.getMetadata('path', Users)).toBeUndefined();
  });

  it('does not compile when it takes or returns something else', () => {
    const serve = ServeContract(UserApi);
    class Takes {
      rename(id: number): string {
        return String(id);
      }
    }
    class Returns {
      rename(): number {
        return 1;
      }
    }
    class Asks {
      rename(_id: string, _name: string, _options: CallOptions | undefined, needed: string): string {
        return needed;
      }
    }
    // @ts-expect-error The contract sends a text.
    expect(() => serve(Takes)).not.toThrow();
    // @ts-expect-error The contract promises a text.
    expect(() => serve(Returns)).not.toThrow();
    // @ts-expect-error No caller sends a fourth argument.
    expect(() => serve(Asks)).not.toThrow();
  });
});
