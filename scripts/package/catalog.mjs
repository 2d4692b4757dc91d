// The message catalog of the journal (systemd.journal-fields(7), MESSAGE_ID; docs/CATALOG.md of systemd/systemd), so that
// `journalctl -x` says below each event what it means and what to do: docs/events.md as plain text.
import { readFileSync } from 'node:fs';

/** Made of the sections of events that have an id. */
export function catalogOf(page = readFileSync('docs/events.md', 'utf8')) {
  const ids = new Map(
    [...readFileSync('src/journal/message-ids.ts', 'utf8').matchAll(/'([a-z_.]+)': '([0-9a-f]{32})'/g)].map(
      ([, event, id]) => [event, id],
    ),
  );
  const sections = page
    .split(/^(?=#{2,3} )/m)
    .flatMap((section) => [...section.matchAll(/^### `([^`]+)`\n\w+ ·[^\n]*\n(.*)$/gs)]);
  const entries = sections.map(([, event, text]) =>
    [
      `-- ${ids.get(event)}`,
      `Subject: ${event}`,
      'Defined-By: lvs-director',
      'Documentation: man:lvs-director-events(7)',
      '',
      plain(text),
    ].join('\n'),
  );
  return `# Made of docs/events.md, at a build.\n\n${entries.join('\n\n')}\n`;
}

/** Without marks; a field of the journal in at signs is filled in by journalctl, and none is meant here. */
const plain = (text) =>
  text
    .replace(/^\|.*\n?/gm, '')
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*@]/g, '')
    .trim();
