import { describe } from 'vitest';
import { frr } from './frr.ts';
import { tellRoles } from './roles.ts';

describe.concurrent('beside FRR', () => {
  tellRoles(frr, { version: 2, family: 'inet', unicast: false });
});
