// A configuration of one director with one service and one virtual router; a test says only what it is about.
import type { Config } from '../../src/model/config/config.ts';
import { aVirtual } from './a-virtual.ts';
import { instance } from './vrrp-instance.ts';

export const aConfig = (changes: Partial<Config> = {}): Config => ({
  file: 'a.yaml',
  director: { name: 'lvs1', controlSocket: '/run/c', stateDir: '/var/lib/s' },
  log: { level: 'info', format: 'text' },
  vrrp: [instance()],
  ipvs: { resyncIntervalMs: 5000, foreign: 'keep' },
  virtuals: [aVirtual()],
  autoreload: false,
  ...changes,
});
