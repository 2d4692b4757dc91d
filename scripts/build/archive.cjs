// Many files in one: a line that says how long the list is, the list (JSON), and the files one after the other. Whoever has
// it open has all of them, whatever happens to its name; so a daemon that runs outlives its files' removal by an upgrade.
// With `twice` each file is there a second time, far away, and is taken only where both are alike: no sum that has to be
// computed, and no module for that, which costs more than all that is read (docs/architecture.md "What is built").
'use strict';
const { openSync, readSync } = require('node:fs');

/** Of the list and of what is in it: another program's is refused (loader.cjs). */
const format = 1;
const lineLength = 32;
const lineOf = (bytes) => `lvs-director ${format} ${bytes}`.padEnd(lineLength - 1).concat('\n');

/** @param head what else the list says. @param files names and contents. @returns the pieces, in order */
function formatArchive(head, files, { twice = false } = {}) {
  let offset = 0;
  const places = files.map(([name, { length }]) => {
    offset += length;
    return [name, [offset - length, length]];
  });
  const list = Buffer.from(
    JSON.stringify({ ...head, twice, size: offset, files: Object.fromEntries(places) }),
  );
  const contents = files.map(([, content]) => content);
  return Buffer.concat([Buffer.from(lineOf(list.length)), list, ...contents, ...(twice ? contents : [])]);
}

/** @param file its path, or a descriptor of it. @throws where it is none of this format */
function openArchive(file) {
  const fd = typeof file === 'number' ? file : openSync(file, 'r');
  const readAt = (position, length) => {
    const buffer = Buffer.allocUnsafe(length);
    const got = readSync(fd, buffer, 0, length, position);
    if (got !== length)
      throw new Error(`Cannot read ${file}: expected ${length} bytes at ${position}, got ${got}`);
    return buffer;
  };
  const line = readAt(0, lineLength).latin1Slice();
  const [, found, bytes] = /^lvs-director (\d+) (\d+) *\n$/.exec(line) ?? [];
  if (Number(found) !== format) {
    const got = found === undefined ? 'something else' : `format ${found}`;
    throw new Error(`Cannot run the program in ${file}: expected format ${format}, got ${got}`);
  }
  const head = JSON.parse(readAt(lineLength, Number(bytes)).latin1Slice());
  const start = lineLength + Number(bytes);
  /** @returns undefined where there is none of that name, or its two copies differ */
  function read(name) {
    if (!Object.hasOwn(head.files, name)) return undefined;
    const [offset, length] = head.files[name];
    const content = readAt(start + offset, length);
    return !head.twice || content.equals(readAt(start + head.size + offset, length)) ? content : undefined;
  }
  return { fd, head, read };
}

module.exports = { formatArchive, openArchive };
