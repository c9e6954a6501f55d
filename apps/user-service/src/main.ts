import 'reflect-metadata';
import { readEnvironment } from '@demo/contracts';
import { createApp } from './create-app.js';

const app = await createApp();
app.enableShutdownHooks();
await app.startAllMicroservices();
await app.listen(readEnvironment('user-service').port, '127.0.0.1');
