// Whether an ldirectord.cf asks for a daemon in the foreground: the one directive that is for who starts it
// (cli/ldirectord), and means nothing to the daemon.
import { parseLdirectord } from './read.ts';

export function isSupervised(text: string): boolean {
  const { root } = parseLdirectord(text, '');
  const value = root.entries.find(({ key }) => key === 'supervised')?.value;
  return value?.kind === 'scalar' && value.text === 'yes';
}
