// Makes the code cache of the build that it stands in, for the Node that runs it: `node code-cache.cjs`, at the build, or once
// more where another Node is to run what was built. A file of our sources is compiled to its last function; of one with
// packages in it, what loading it and reading a config takes, as most of a package is never run. A cache is never
// needed and never wrong: V8 refuses another's, and we one that is damaged, over which V8 may fall (Node 20 looks at no sum).
// The same Node makes the same bytes: V8 leaves gaps in what it compiles, with what lay in the memory before, so none is
// used a second time.
'use strict';
const { execFileSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { formatArchive } = require('./archive.cjs');
const loader = require('./loader.cjs');
const { cacheFile, compile, flagsOfMaking, load, loaded, ownFlags, program, readText } = loader;

/** V8 takes a cache only with the flags that it was made with: of every process, and of a check process (src/compose/check-processes.ts). */
const flagsOfProcesses = [[], ['--max-semi-space-size=32']];
const config = `director: {id: a}
vrrp:
  - {name: V, interface: eth0, virtual_router_id: 51, priority: 200, virtual_ipaddress: [192.0.2.1/24]}
virtual:
  - {address: '192.0.2.1:80', real: ['192.0.2.2:80 gate 10', '192.0.2.3:80 gate'], service: http, request: index.html}
`;

const names = Object.keys(program.head.files).filter((name) => name.endsWith('.js'));
const isEntry = (name) => Object.values(program.head.entries).includes(name);
const hasPackages = (name) => readText(`${name}.map`).includes('node_modules/');

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
  const { runCheck } = load(names.find((name) => /^check-\w{8}\.js$/.test(name)));
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
  rmSync(cacheFile, { recursive: true, force: true });
  // The heap has its sizes by now, and they would count for the cache.
  for (const flag of flagsOfMaking.filter((each) => each.includes('space-size')))
    setFlagsFromString(flag.replace(/\d+$/, '0'));
  for (const flag of ownFlags) setFlagsFromString(flag);
  // Before any is loaded: V8 would not compile it again.
  const whole = new Map(
    names.filter((name) => !hasPackages(name)).map((name) => [name, compiledWhole(name)]),
  );
  await runSome();
  const made = names.flatMap((name) => {
    const known = whole.get(name) ?? loaded.get(name)?.script.createCachedData();
    return known === undefined ? [] : [[name, known]];
  });
  mkdirSync(dirname(cacheFile), { recursive: true });
  writeFileSync(`${cacheFile}.new`, formatArchive({ program: program.head.id }, made, { twice: true }));
  renameSync(`${cacheFile}.new`, cacheFile);
}

if (process.argv[2] === 'one') void makeCache().then(() => process.exit());
else
  for (const flags of flagsOfProcesses)
    execFileSync(process.execPath, [...flags, ...flagsOfMaking, __filename, 'one'], { stdio: 'inherit' });
