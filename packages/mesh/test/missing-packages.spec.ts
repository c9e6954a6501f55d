import { jest } from '@jest/globals';
import { OptionsError } from '@rookery/common';
import { loadGrpc } from '../src/proxyless/load-grpc.js';

describe('the packages of gRPC', () => {
  it('are named, with the command that installs them, when one is not there', async () => {
    jest.unstable_mockModule('@grpc/grpc-js-xds', () => {
      throw new Error("Cannot find package '@grpc/grpc-js-xds'\nRequire stack: ...");
    });
    const refused = loadGrpc('MeshModule.forRoot');
    await expect(refused).rejects.toBeInstanceOf(OptionsError);
    await expect(refused).rejects.toThrow(
      "MeshModule.forRoot: mode: 'proxyless' needs packages that cannot be loaded " +
        "(Cannot find package '@grpc/grpc-js-xds'). Install them: npm install @grpc/grpc-js@",
    );
  });
});
