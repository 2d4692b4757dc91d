import { describe } from 'vitest';
import { keepalived } from './keepalived.ts';
import { tellRoles } from './roles.ts';

describe.concurrent('beside keepalived', () => {
  tellRoles(keepalived, { version: 2, family: 'inet', unicast: false });
  tellRoles(keepalived, { version: 2, family: 'inet', unicast: true, password: 'secret' });
});
