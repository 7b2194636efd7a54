import { ContainerModule } from 'inversify';
import { tencentApi } from '../../api/dialects/tencent/dialect.js';
import { Gateway } from '../../api/dialects/tencent/gateway.js';
import { tencentOperations } from '../../api/dialects/tencent/operations.js';
import { ids } from './identifiers.js';

export const tencent = new ContainerModule(({ bind }) => {
  bind(ids.dialects.tencent).toResolvedValue(
    (services, { tencentApps: apps }, log) => {
      const { clock, isAppAdmin, ownWrites } = services;
      return tencentApi({
        operations: tencentOperations(services),
        gateway: new Gateway({ apps, clock, isAppAdmin }),
        ownWrites,
        log,
      });
    },
    [ids.services, ids.config, ids.log],
  );
});
