// Which variables of the daemon's environment hold secrets, or lead to them: no program of the administrator's inherits them
// (programs/script-user.ts). They add up while the process lives: what was a secret stays one.
const withheld = new Set<string>(['CREDENTIALS_DIRECTORY']);

/** From now on, programs that are started do not get them. */
export const withholdVariables = (names: readonly string[]): void => {
  for (const name of names) withheld.add(name);
};

/** Of the daemon alone: its service manager, its descriptors. */
const ofService = /^(?:NOTIFY_SOCKET|WATCHDOG_|LISTEN_|JOURNAL_STREAM$|INVOCATION_ID$)/;

/** Neither a secret nor a way to one, nor the service manager's. */
export const isForAnybody = (name: string): boolean => !isWithheld(name) && !ofService.test(name);

export const isWithheld = (name: string): boolean => withheld.has(name);
