import { ContainerModule } from 'inversify';
import { tencentApi } from '../../api/dialects/tencent/dialect.js';
import { Gateway } from '../../api/dialects/tencent/gateway.js';
import { tencentOperations } from '../../api/dialects/tencent/operations.js';
import { MemberFields } from '../../application/commands/member-fields.js';
import { ids } from './identifiers.js';

export const tencent = new ContainerModule(({ bind }) => {
  bind(ids.dialects.tencent).toResolvedValue(
    (services, { tencentApps: apps, commandDeadlineMs: deadlineMs }, log) => {
      const { clock, isAppAdmin, callerRates, ownWrites } = services;
      const memberFields = new MemberFields({ ...services, deadlineMs });
      return tencentApi({
        operations: tencentOperations({ ...services, memberFields }),
        gateway: new Gateway({ apps, clock, isAppAdmin }),
        ownWrites,
        callerRates,
        log,
      });
    },
    [ids.services, ids.config, ids.log],
  );
});
