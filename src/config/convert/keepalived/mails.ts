// Whom keepalived tells by mail, of what: global_defs, and smtp_alert of instances, services and servers, whose default is the
// nearest of smtp_alert_vrrp or smtp_alert_checker, smtp_alert, and its own (servers alone are told of unasked). Source:
// keepalived.conf(5), keepalived/core/global_parser.c, keepalived/check/check_data.c, keepalived/vrrp/vrrp.c.
import type { Fields, Noting } from '../converted.ts';
import { firstOf, isSet, lastOf, linesOf, type Statement, wordOf } from './tree.ts';

const globalAlerts = ['smtp_alert', 'smtp_alert_vrrp', 'smtp_alert_checker'] as const;

/** Of global_defs. */
export const mailKeys: readonly string[] = [
  ...['notification_email', 'notification_email_from', 'smtp_server', 'smtp_helo_name'],
  ...['smtp_connect_timeout', 'no_email_faults', ...globalAlerts],
];

/** What stands in each block of the result; undefined where nobody is told, or the default says it. */
export type Mails = {
  readonly mail: Fields | undefined;
  readonly ofRouter: (instance: Statement) => string | undefined;
  readonly ofService: (service: Statement) => string | undefined;
  readonly ofServer: (server: Statement) => string | undefined;
};

/** keepalived's, where none is named. */
const localServer = '127.0.0.1';

export function mailsOf(globals: readonly Statement[], services: readonly Statement[], note: Noting): Mails {
  const to = linesOf(globals, 'notification_email').flatMap(({ key, words }) => [key, ...words]);
  if (to.length === 0) {
    for (const { key, at } of globals)
      if (mailKeys.includes(key)) note(at, 'ignored', `${key}: left out, as notification_email names nobody`);
    return { mail: undefined, ...nobody(note) };
  }
  const [servers, quorum, transitions] = [
    defaultOf(globals, 'smtp_alert_checker', true),
    defaultOf(globals, 'smtp_alert_checker', false),
    defaultOf(globals, 'smtp_alert_vrrp', false),
  ];
  const isAsked = services.some(({ block }) =>
    (block ?? []).some((each) => each.key === 'real_server' && ownOf(each) === true),
  );
  return {
    mail: {
      to,
      from: wordOf(globals, 'notification_email_from'),
      ...serverOf(globals),
      servers: servers || isAsked ? undefined : 'no',
      quorum: quorum ? undefined : 'no',
      transitions: transitions ? undefined : 'no',
      faults: isSet(globals, 'no_email_faults') ? 'no' : undefined,
    },
    ofRouter: (instance) => unlessDefault(ownOf(instance), transitions),
    ofService: (service) => unlessDefault(ownOf(service), quorum),
    // What `mail` has of all servers is yes wherever one of them is told of.
    ofServer: (server) => unlessDefault(ownOf(server) ?? servers, servers || isAsked),
  };
}

function serverOf(globals: readonly Statement[]): Fields {
  const [host = localServer, port] = firstOf(globals, 'smtp_server')?.words ?? [];
  const place = host.includes(':') ? `[${host}]` : host;
  const seconds = wordOf(globals, 'smtp_connect_timeout');
  return {
    smtp: port === undefined || port === '25' ? host : `${place}:${port}`,
    // It knows no other way, and whoever wants one says so here.
    tls: 'no',
    helo: wordOf(globals, 'smtp_helo_name'),
    timeout: seconds,
  };
}

const defaultOf = (globals: readonly Statement[], nearest: string, own: boolean): boolean => {
  const said = [nearest, 'smtp_alert'].find((key) => lastOf(globals, key) !== undefined);
  return said === undefined ? own : isSet(globals, said);
};

const ownOf = ({ block }: Statement): boolean | undefined =>
  lastOf(block, 'smtp_alert') === undefined ? undefined : isSet(block, 'smtp_alert');

const unlessDefault = (own: boolean | undefined, byDefault: boolean): string | undefined =>
  own === undefined || own === byDefault ? undefined : own ? 'yes' : 'no';

function nobody(note: Noting): Omit<Mails, 'mail'> {
  const tell = ({ key, block }: Statement): undefined => {
    const alert = lastOf(block, 'smtp_alert');
    if (alert !== undefined)
      note(alert.at, 'ignored', `${key} smtp_alert: left out, as notification_email names nobody`);
  };
  return { ofRouter: tell, ofService: tell, ofServer: tell };
}
