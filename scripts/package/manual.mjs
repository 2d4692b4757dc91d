// The manual pages, made of what is said elsewhere so that they cannot drift from it: of the table of commands (their help),
// of the pages of docs/, whose tables of keys come from the schema, and of a frame in packaging/man/.
import { readFileSync } from 'node:fs';
import { roffOf } from './roff.mjs';

/** Each with where it comes from. */
const pages = [
  {
    name: 'lvs-director',
    section: 8,
    source: 'packaging/man/lvs-director.md',
    summary: 'VRRP, health checks and IPVS for a pair of LVS directors',
  },
  {
    name: 'lvs-director.yaml',
    section: 5,
    source: 'docs/config.md',
    summary: 'configuration of lvs-director',
  },
  {
    name: 'lvs-director-events',
    section: 7,
    source: 'docs/events.md',
    summary: 'events that lvs-director logs',
  },
  {
    name: 'lvs-director-ldirectord',
    section: 8,
    source: 'docs/ldirectord-command.md',
    summary: "lvs-director by ldirectord's command line",
  },
];

/**
 * @param commands the table of commands (src/cli/commands.ts), with `formOf` of a row
 * @param about version and the time in seconds
 * @returns [file below man/, text] of each
 */
export function manualOf({ commands, formOf }, { version, epoch }) {
  const date = new Date(epoch * 1000).toISOString().slice(0, 10);
  return pages.map((page) => {
    const text = readFileSync(page.source, 'utf8').replace('<!-- commands -->', commandsOf(commands, formOf));
    const others = pages.filter((each) => each !== page);
    const also = others.map(({ name, section }) => `\`${name}\`(${section})`).join(', ');
    const whole = `${text}\n## SEE ALSO\n${also}, \`ipvsadm\`(8).\n\nThe pages in \`/usr/share/doc/lvs-director\`.\n`;
    return [
      `man${page.section}/${page.name}.${page.section}`,
      roffOf(whole, { ...page, date, product: `lvs-director ${version}` }),
    ];
  });
}

/** As a list of headings with what `--help` says below each. */
function commandsOf(commands, formOf) {
  return Object.entries(commands)
    .map((named) => {
      const [name, { summary, details = [] }] = named;
      const more = details.length === 0 ? '' : `\n\n    ${details.join('\n    ')}`;
      return `### ${name}\n\n    lvs-director ${formOf(named)}\n\n${summary[0].toUpperCase()}${summary.slice(1)}.${more}\n`;
    })
    .join('\n');
}
