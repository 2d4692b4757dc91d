// The keeper of the table with the programs of its servers beside it: they are told the configuration that the table is
// kept by, and a stop that empties it.
import type { ServerCommands } from '../commands/server-commands.ts';
import type { ReconcileLoop } from './reconcile-loop.ts';

export const withServerCommands = (reconcile: ReconcileLoop, commands: ServerCommands): ReconcileLoop => ({
  ...reconcile,
  configure: (virtuals, ...more) => {
    commands.configure(virtuals);
    return reconcile.configure(virtuals, ...more);
  },
  stop: (how) => {
    if (how.clean) commands.stop();
    return reconcile.stop(how);
  },
});
