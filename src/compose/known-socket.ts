// Where the daemon of this state_dir listens, written by itself at its start: a file that names another control socket
// since then, or none any more, leads to it all the same.
import { isRecord } from '../net/record.ts';
import { openStateFile, type StateFile } from '../system/files/state-file.ts';

export type KnownSocket = { readonly socket?: string };

export const knownSocketIn = (stateDir: string): StateFile<KnownSocket> =>
  openStateFile<KnownSocket>(stateDir, 'control-socket.json', {
    parse: (value) => (isRecord(value) && typeof value.socket === 'string' ? { socket: value.socket } : {}),
  });
