import { type ServiceInfo } from '@rookery/common';
import { randomUUID } from 'node:crypto';

/** Who this process is. Other modules of the suite see it as `ServiceInfo`. */
export class ServiceIdentity implements ServiceInfo {
  constructor(
    readonly name: string,
    /** Default `'0.0.0'`. */
    readonly version: string,
    /** Where the service is meant to listen: `app.listen(app.get(ServiceIdentity).port)`. Default 3000; 0 is any free one. */
    readonly port: number,
    /** Default: the name and eight random digits, new with every start. */
    readonly instanceId: string = `${name}-${randomUUID().slice(0, 8)}`,
  ) {}
}
