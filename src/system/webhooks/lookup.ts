// Names of webhooks' hosts, as all names are looked up (names/resolve-name.ts): getaddrinfo(3) would take a thread that files
// are read and written by, for as long as a name server is silent. Both families are tried.
import type { LookupFunction } from 'node:net';
import { createResolveName } from '../names/resolve-name.ts';

const resolveName = createResolveName();

export const lookup: LookupFunction = (name, { all, family }, callback) => {
  const wanted = ([4, 6] as const).filter((each) => !family || family === each || family === `IPv${each}`);
  const found = wanted.map(async (each) => {
    const answer = await resolveName(name, each === 4 ? 'inet' : 'inet6');
    if (answer.outcome !== 'found') return [];
    return answer.addresses.map((address) => ({ address: address as string, family: each }));
  });
  void Promise.all(found).then((answers) => {
    const addresses = answers.flat();
    const [first] = addresses;
    if (first === undefined) callback(new Error(`no address of ${name} is known`), all ? [] : '');
    else if (all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
