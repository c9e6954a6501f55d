import { Inject } from '@nestjs/common';
import { getHttpClientToken } from './client.tokens.js';

/** Injects the client that `ClientModule.forFeature([{ service }])` provides for a service. */
export function InjectHttpClient(service: string): ParameterDecorator & PropertyDecorator {
  return Inject(getHttpClientToken(service));
}
