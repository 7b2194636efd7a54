import { ContainerModule } from 'inversify';
import { openimV2 as answersOf } from '../../api/dialects/openim-v2/dialect.js';
import { ids } from './identifiers.js';

export const openimV2 = new ContainerModule(({ bind }) => {
  bind(ids.openimV2).toResolvedValue(
    (services, { defaultTenant }, log) => answersOf({ ...services, defaultTenant }, log),
    [ids.services, ids.config, ids.log],
  );
});
