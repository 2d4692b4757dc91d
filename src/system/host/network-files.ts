// The files in which programs keep the network of a host: systemd.network(5), NetworkManager.conf(5), interfaces(5),
// netplan(5). Those of a moderate size, and as text: what stands in them is for others to judge.
import { readdirSync, readFileSync, statSync } from 'node:fs';

const bytesMax = 256 * 1024;

/** By whose they are; a folder ends in a slash. */
const places: Readonly<Record<string, readonly string[]>> = {
  'systemd-networkd': ['/etc/systemd/network/', '/run/systemd/network/', '/usr/local/lib/systemd/network/'],
  NetworkManager: [
    '/etc/NetworkManager/system-connections/',
    '/run/NetworkManager/system-connections/',
    '/etc/sysconfig/network-scripts/',
  ],
  ifupdown: ['/etc/network/interfaces', '/etc/network/interfaces.d/'],
  netplan: ['/etc/netplan/'],
};

export type NetworkFile = { readonly path: string; readonly manager: string; readonly text: string };

/** @param root of the file system */
export const networkFiles = (root = ''): readonly NetworkFile[] =>
  Object.entries(places).flatMap(([manager, paths]) =>
    paths
      .flatMap((path) => filesOf(root, path))
      .flatMap((path) => {
        const text = textOf(`${root}${path}`);
        return text === undefined ? [] : [{ path, manager, text }];
      }),
  );

/** Of systemd-networkd also those in folders of drop-ins. */
function filesOf(root: string, path: string): readonly string[] {
  if (!path.endsWith('/')) return [path];
  try {
    return readdirSync(`${root}${path}`, { withFileTypes: true }).flatMap((each) =>
      each.isDirectory() && each.name.endsWith('.d')
        ? filesOf(root, `${path}${each.name}/`)
        : [`${path}${each.name}`],
    );
  } catch {
    return [];
  }
}

function textOf(file: string): string | undefined {
  try {
    const found = statSync(file);
    return found.isFile() && found.size <= bytesMax ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
