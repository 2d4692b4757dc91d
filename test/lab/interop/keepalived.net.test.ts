import { describe } from 'vitest';
import { keepalived } from './keepalived.ts';
import { tellRoles } from './roles.ts';

describe.concurrent('beside keepalived', () => {
  tellRoles(keepalived, { version: 3, family: 'inet', unicast: false });
  tellRoles(keepalived, { version: 3, family: 'inet', unicast: true });
  tellRoles(keepalived, { version: 3, family: 'inet6', unicast: false });
  tellRoles(keepalived, { version: 3, family: 'inet6', unicast: true });
});
