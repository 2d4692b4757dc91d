import { describe } from 'vitest';
import { frr } from './frr.ts';
import { tellRoles } from './roles.ts';

// vrrpd knows no unicast peers.
describe.concurrent('beside FRR', () => {
  tellRoles(frr, { version: 3, family: 'inet', unicast: false });
  tellRoles(frr, { version: 3, family: 'inet6', unicast: false });
});
