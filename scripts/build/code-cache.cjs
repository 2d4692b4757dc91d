// Makes the code cache of the build that it stands in, for the Node that runs it: `node code-cache.cjs`, at the build, or once
// more where another Node is to run what was built. A file of our sources is compiled to its last function; of one with
// packages in it, what loading it and reading a config takes, as most of a package is never run. A cache is never
// needed and never wrong: V8 refuses another's. The same Node makes the same bytes.
'use strict';
const { execFileSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { cacheFolder, chunks, compile, load, loaded } = require('./loader.cjs');

/** V8 takes a cache only with the flags that it was made with: of the VRRP process, and of the first line of main.js. */
const flagsOfProcesses = [[], ['--max-semi-space-size=32']];
const config = `director: {id: a}
vrrp:
  - {name: V, interface: eth0, virtual_router_id: 51, priority: 200, virtual_ipaddress: [192.0.2.1/24]}
virtual:
  - {address: '192.0.2.1:80', real: ['192.0.2.2:80 gate 10', '192.0.2.3:80 gate'], service: http, request: index.html}
`;

const names = readdirSync(chunks).filter((name) => name.endsWith('.js'));
const isEntry = (name) => /^(?:main|ldirectord)-/.test(name);
const hasPackages = (name) => readFileSync(join(chunks, `${name}.map`), 'utf8').includes('node_modules/');

async function runSome() {
  for (const name of names.filter((each) => !isEntry(each))) {
    try {
      load(name);
    } catch {
      // A package that wants more than is here before it is loaded.
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'lvs-director-'));
  const file = join(folder, 'sample.yaml');
  writeFileSync(file, config, { mode: 0o600 });
  const { runCheck } = load(names.find((name) => name.startsWith('check-')));
  await runCheck({ options: { config: file }, positionals: [] }, { stdout: () => {}, stderr: () => {} });
  rmSync(folder, { recursive: true, force: true });
}

/** To the last function. The flags count for the cache, so they are put back before it is made. */
function compiledWhole(name) {
  setFlagsFromString('--no-lazy');
  const script = compile(name);
  setFlagsFromString('--lazy');
  return script.createCachedData();
}

async function makeCache() {
  rmSync(cacheFolder, { recursive: true, force: true });
  // What was compiled is kept, whenever memory is collected.
  setFlagsFromString('--no-flush-bytecode');
  await runSome();
  setFlagsFromString('--flush-bytecode');
  mkdirSync(cacheFolder, { recursive: true });
  for (const name of names) {
    const known = hasPackages(name) ? loaded.get(name)?.script.createCachedData() : compiledWhole(name);
    if (known !== undefined) writeFileSync(join(cacheFolder, name), known);
  }
}

if (process.argv[2] === 'one') void makeCache().then(() => process.exit());
else
  for (const flags of flagsOfProcesses)
    execFileSync(process.execPath, ['--random-seed=1', ...flags, __filename, 'one'], { stdio: 'inherit' });
