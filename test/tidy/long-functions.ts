// The functions of src/ that are longer than a screen: the list only gets shorter.
export const LONG_FUNCTION = 60;

/** Path and name, with the lines that it may take and why it takes more than a screen. */
export const longFunctions: Readonly<Record<string, readonly [lines: number, reason: string]>> = {
  'src/cli/run.ts runDaemon': [73, ''],
  'src/daemon/roster/fleet-files.ts createFleetFiles': [115, ''],
  'src/daemon/roster/name-keeper.ts createNameKeeper': [75, ''],
  'src/daemon/roster/roster.ts createRoster': [103, ''],
  'src/daemon/tracking/tracking-loop.ts createTrackingLoop': [93, ''],
};
