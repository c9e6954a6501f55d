import { type INestApplication, StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { STANDING_PACKAGE, STANDING_PROTO } from '@demo/contracts';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';

/** The app as it runs, before it listens: HTTP, and gRPC on any free port. */
export async function createApp(): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule, { bufferLogs: true });
  app.useLogger(app.get(Logger));
  app.useGlobalPipes(new StandardSchemaValidationPipe());
  app.connectMicroservice<MicroserviceOptions>({
    transport: Transport.GRPC,
    options: { url: '127.0.0.1:0', package: STANDING_PACKAGE, protoPath: STANDING_PROTO },
  });
  return app;
}
