// The console of this process, which libraries write to: mysql2 does when the packets of a server come out of order or
// are garbage. What a server sends must not stand between the lines of the log, so nothing of that gets out. Our own
// words go through the journal and the streams of main.ts.

/** From now on nothing that is said through it is written. */
export function quietConsole(console: Console = globalThis.console): void {
  for (const [name, value] of Object.entries(console)) {
    if (typeof value === 'function' && name !== 'Console') Reflect.set(console, name, () => {});
  }
}
