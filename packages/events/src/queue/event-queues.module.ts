import { Module } from '@nestjs/common';

/** Holds the queues of one `EventsModule.registerQueue`. */
@Module({})
export class EventQueuesModule {}
