// Checks an export of a Parley server, or the proof of one event, without Parley and its database: Node 20 and nothing else.
//
//   node parley-verify.mjs FOLDER|PROOF --key KEY [--checkpoint FILE]
//
// FOLDER is of `parley audit export`, PROOF a file of `parley audit prove`. KEY is the log's public key (`parley audit key`): get it from
// elsewhere than from what you check. FILE holds checkpoints that you or a witness kept: the events must be of the same history. Exit
// code: 0 all holds, 1 something doesn't (each thing is named), 2 it can't be read. What is checked:
//   - An event's hash is SHA-256 over JSON of [stream, revision, id, type, data text, metadata text without its hash]; it must be the
//     `hash` at the end of its metadata, and `prevHash` must be the hash of the event before it in its stream.
//   - A leaf is SHA-256(0x00, the event's hash), a node SHA-256(0x01, left, right): RFC 6962.
//   - A checkpoint is a signed note (https://c2sp.org/signed-note): log, number of events, root; signed by Ed25519.
import { Buffer } from 'node:buffer';
import { createPublicKey, hash as digest, verify } from 'node:crypto';
import { createReadStream, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

// --- what is told
let wrong = 0;

/** Names something that doesn't hold; of very many things the first. */
function tell(text) {
  if (++wrong <= 1_000) console.log(text);
}

/** It can't be checked at all. */
function giveUp(text) {
  console.error(text);
  process.exit(2);
}

const named = (event) => `${event.type} ${event.subject}@${event.revision} (${event.id})`;

// --- hashes and trees
const sha256 = (bytes) => Buffer.from(digest('sha256', bytes, 'binary'), 'latin1');
const [leafBytes, nodeBytes] = [Buffer.alloc(33, 0), Buffer.alloc(65, 1)];
const leafHash = (eventHash) => (leafBytes.set(eventHash, 1), sha256(leafBytes));
const nodeHash = (left, right) => (nodeBytes.set(left, 1), nodeBytes.set(right, 33), sha256(nodeBytes));

/** A Merkle tree as it grows: the roots of its complete subtrees, greatest first. */
class Tree {
  size = 0;
  subtrees = [];

  append(leaf) {
    let hash = leaf;
    for (let index = this.size; index % 2 === 1; index = (index - 1) / 2) hash = nodeHash(this.subtrees.pop(), hash);
    this.subtrees.push(hash);
    this.size += 1;
  }

  root() {
    return this.size === 0 ? sha256('') : this.subtrees.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** RFC 9162 2.1.3.2: the root that a leaf and its proof lead to; undefined when the proof has another length. */
function rootByProof(index, size, leaf, proof) {
  let [at, last, hash] = [index, size - 1, leaf];
  for (const each of proof) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(each, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, each);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : undefined;
}

// --- keys and checkpoints
/** `name+id+key`, key being base64 of 0x01 and the 32 bytes of an Ed25519 key. */
function parseKey(text) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  const keyId = sha256(Buffer.concat([Buffer.from(`${name}\n`), bytes])).toString('hex', 0, 4);
  if (bytes.length !== 33 || bytes[0] !== 1 || keyId !== id) giveUp(`"${text}" is no public key (name+id+key).`);
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
  return { name, id, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

/** The checkpoint in a signed note; a string says why it can't be believed. */
function openCheckpoint(note, key) {
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return 'it is no signed note';
  const text = note.slice(0, end + 1);
  const [origin, size, root] = text.split('\n');
  if (origin !== key.name) return `it is of another log, "${origin}"`;
  if (!/^\d+$/.test(size ?? '') || Buffer.from(root ?? '', 'base64').length !== 32) return 'it is no checkpoint';
  for (const line of note.slice(end + 2).split('\n')) {
    const [, name, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = Buffer.from(encoded ?? '', 'base64');
    if (name !== key.name || bytes.toString('hex', 0, 4) !== key.id) continue;
    if (verify(null, Buffer.from(text), key.key, bytes.subarray(4)))
      return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
    return 'its signature does not hold';
  }
  return `it is not signed by ${key.name}`;
}

/** The checkpoints of a file that can be believed, by size; the others are told. */
function checkpointsIn(text, key, where) {
  const found = [];
  for (const note of text.split(/(?<=\n\u2014 [^\n]*\n)\n/)) {
    if (note.trim() === '') continue;
    const checkpoint = openCheckpoint(note, key);
    if (typeof checkpoint === 'string')
      tell(`CHECKPOINT in ${where}: ${checkpoint}: ${note.split('\n')[1] ?? ''} events`);
    else found.push(checkpoint);
  }
  return found.sort((a, b) => a.size - b.size);
}

// --- events
/** The last event of each stream; of very many the oldest are forgotten, of which the tree says the same. */
const tails = new Map();
let forgotten = false;

/** Checks an event by itself and, where all events of its stream are there, against the one before it. Gives its leaf. */
function check(event, isWhole) {
  const { subject, revision, id, type, data } = event;
  const metadata = String(event.parleymetadata);
  // What is no string is written as it was stored; a string is the stored text itself.
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const said = /^,"hash":"([A-Za-z0-9_-]{43})"\}$/.exec(metadata.slice(-54))?.[1];
  const unhashed = said === undefined ? metadata : `${metadata.slice(0, -'"hash":"","'.length - said.length)}}`;
  const prev = /"prevHash":"([A-Za-z0-9_-]*)"[,}]/.exec(unhashed.slice(-80))?.[1];
  const own = digest('sha256', JSON.stringify([subject, String(revision), id, type, text, unhashed]), 'base64url');
  if (said !== own) tell(`CHAIN: ${named(event)} is not what its own hash says`);
  const time = Number(/"occurredAt":(\d+)[,}]/.exec(metadata)?.[1]);
  if (event.time !== undefined && time !== Date.parse(event.time))
    tell(`TIME: ${named(event)} has another than its own`);
  if (isWhole) {
    const follows = tails.get(subject) ?? { revision: forgotten ? revision - 1 : -1, hash: forgotten ? prev : '' };
    if (revision !== follows.revision + 1 || prev !== follows.hash)
      tell(`CHAIN: ${named(event)} does not follow on revision ${follows.revision} of its stream`);
    tails.delete(subject);
    tails.set(subject, { revision, hash: said === own ? own : (said ?? own) });
    if (tails.size > 500_000) forgotten = tails.delete(tails.keys().next().value);
  }
  return leafHash(Buffer.from(own, 'base64url'));
}

// --- a whole export
/** The leaves as they were sealed, 32 bytes each. */
class Leaves {
  #page = Buffer.alloc(0);
  #first = 0;

  constructor(path) {
    this.file = openSync(path, 'r');
    this.length = Math.floor(statSync(path).size / 32);
  }

  at(index) {
    if (index < this.#first || index >= this.#first + this.#page.length / 32) {
      this.#page = Buffer.alloc(Math.min(65_536, this.length - index) * 32);
      this.#first = index;
      readSync(this.file, this.#page, 0, this.#page.length, index * 32);
    }
    return this.#page.subarray((index - this.#first) * 32, (index - this.#first + 1) * 32);
  }
}

/** Whether the leaves are those that were signed: the root over them at each checkpoint. */
function checkLeaves(leaves, checkpoints) {
  const tree = new Tree();
  for (const { size, root } of checkpoints) {
    while (tree.size < size && tree.size < leaves.length) tree.append(leaves.at(tree.size));
    if (tree.size !== size || !tree.root().equals(root))
      tell(`CHECKPOINT of ${size} events: the ${leaves.length} exported as sealed are of another history`);
  }
}

/**
 * Lays the events beside the leaves that were sealed. Where they part it looks ahead for the nearest event that both have; what lies
 * before that is altered, removed or added. What is found on both sides later was reordered.
 */
class Alignment {
  #waiting = [];
  #lost = new Map();
  #strays = new Map();
  #window = 256;
  #last;
  index = 0;
  tail = 0;

  constructor(leaves, size) {
    this.leaves = leaves;
    this.size = Math.min(size, leaves.length);
  }

  take(leaf, event) {
    if (this.#waiting.length === 0 && this.#fits(leaf, event)) return;
    this.#waiting.push({ leaf, event });
    if (this.#waiting.length >= this.#window) this.#settle(false);
  }

  end() {
    this.#settle(true);
    while (this.index < this.size) this.#remove();
    this.#tellLost();
  }

  #tellLost() {
    for (const [index, after] of this.#lost.values())
      tell(
        `ALTERED OR REMOVED: event ${index}, behind ${after === undefined ? 'the start' : named(after)}, is not as it was sealed`,
      );
    for (const { event, before } of this.#strays.values())
      tell(`ALTERED OR ADDED: ${named(event)} stands before event ${before} and was not sealed as it is`);
    this.#lost.clear();
    this.#strays.clear();
  }

  #fits(leaf, event) {
    if (this.index >= this.size) {
      // Behind the seals; one that says it is under them is told.
      if (event.logindex === undefined) this.tail += 1;
      else this.#add({ leaf, event });
      return true;
    }
    if (!this.leaves.at(this.index).equals(leaf)) return false;
    this.index += 1;
    this.#last = event;
    return true;
  }

  #settle(ended) {
    while (this.#waiting.length > 0) {
      if (this.#fits(this.#waiting[0].leaf, this.#waiting[0].event)) {
        this.#waiting.shift();
        this.#window = 256;
        continue;
      }
      if (this.#waiting.length < this.#window && !ended) return;
      const at = new Map();
      const ahead = Math.min(this.size, this.index + this.#window);
      for (let i = this.index; i < ahead; i++) at.set(this.leaves.at(i).toString('base64'), i - this.index);
      let best;
      for (const [j, { leaf }] of this.#waiting.entries()) {
        const i = at.get(leaf.toString('base64'));
        if (i !== undefined && (best === undefined || i + j < best[0] + best[1])) best = [i, j];
      }
      if (best === undefined && this.#window < 32_768 && !(ended && ahead === this.size)) {
        this.#window = ended ? 32_768 : this.#window * 2;
        continue;
      }
      // What is behind the seals says so, by having no index.
      const behind = this.#waiting.findIndex(({ event }) => event.logindex === undefined);
      const [sealed, found] = best ?? [ahead - this.index, behind < 0 ? this.#waiting.length : behind];
      for (let i = 0; i < sealed; i++) this.#remove();
      for (const stray of this.#waiting.splice(0, found)) this.#add(stray);
    }
  }

  /** The next sealed event isn't there; it may have come before, or come yet. */
  #remove() {
    const key = this.leaves.at(this.index).toString('base64');
    const stray = this.#strays.get(key);
    if (stray !== undefined) this.#reordered(key, this.index, stray);
    else this.#lost.set(key, [this.index, this.#last]);
    this.index += 1;
    // So many are remembered and no more.
    if (this.#lost.size > 10_000) this.#tellLost();
  }

  /** The next event is none that was sealed here. */
  #add({ leaf, event }) {
    const key = leaf.toString('base64');
    const stray = { event, before: this.index };
    if (this.#lost.has(key)) this.#reordered(key, this.#lost.get(key)[0], stray);
    else this.#strays.set(key, stray);
    this.#last = event;
  }

  #reordered(key, index, { event, before }) {
    tell(`REORDERED: event ${index} stands before event ${before}: ${named(event)}`);
    this.#lost.delete(key);
    this.#strays.delete(key);
  }
}

function linesOf(path) {
  const bytes = createReadStream(path);
  const input = path.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  return createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
}

/** A line that is no event is one that nobody sealed. */
function parseEvent(line, number) {
  try {
    const event = JSON.parse(line);
    if (event?.specversion === '1.0') return event;
    throw new Error('another format');
  } catch {
    return {
      type: 'a line that is no event:',
      subject: 'line',
      revision: number,
      id: '',
      data: {},
      parleymetadata: '',
    };
  }
}

async function verifyExport(folder, givenKey, kept) {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  if (manifest.format !== 'parley-export-1') giveUp('It is of another format.');
  if (manifest.complete !== true) giveUp('The export was not finished: run the same command again.');
  const key = keyFor(givenKey, manifest.key);
  const own = checkpointsIn(readFileSync(join(folder, 'checkpoints'), 'utf8'), key, 'the export');
  const last = own.at(-1) ?? giveUp('No checkpoint in the export can be believed.');
  const checkpoints = [...own, ...kept(key)].sort((a, b) => a.size - b.size);
  const events = join(folder, manifest.gzip ? 'events.ndjson.gz' : 'events.ndjson');
  let [number, unsealed] = [0, 0];
  if (manifest.whole) {
    const leaves = new Leaves(join(folder, 'leaves'));
    checkLeaves(leaves, checkpoints);
    const alignment = new Alignment(leaves, last.size);
    for await (const line of linesOf(events)) {
      number += 1;
      const event = parseEvent(line, number);
      alignment.take(check(event, true), event);
    }
    alignment.end();
    unsealed = alignment.tail;
  } else {
    const proofs = linesOf(join(folder, manifest.gzip ? 'proofs.ndjson.gz' : 'proofs.ndjson'));
    for await (const line of linesOf(events)) {
      number += 1;
      const event = parseEvent(line, number);
      const proof = JSON.parse((await proofs.next()).value ?? 'null');
      const leaf = check(event, false);
      if (proof?.unsealed === true) unsealed += 1;
      else checkProof(event, leaf, proof, last);
    }
    checkSame(checkpoints, last);
  }
  if (number !== manifest.events)
    tell(`LINES: the export says it has ${manifest.events} events, and there are ${number}`);
  console.log(`${number} events, of a log of ${last.size} sealed events: ${last.origin}.`);
  if (unsealed > 0) console.log(`${unsealed} of them are not sealed yet, so nothing is proven of them.`);
}

// --- a part of the log, and one event
function checkProof(event, leaf, proof, { size, root }) {
  const hashes = (proof?.hashes ?? []).map((hash) => Buffer.from(hash, 'base64'));
  const isPlace = Number.isSafeInteger(proof?.index) && proof.index >= 0 && proof.index < size;
  if (!isPlace || !rootByProof(proof.index, size, leaf, hashes)?.equals(root))
    tell(`ALTERED: ${named(event)} is not what was sealed (event ${proof?.index})`);
}

/** Of as many events there is one history. */
function checkSame(checkpoints, { size, root }) {
  if (checkpoints.some((each) => each.size === size && !each.root.equals(root)))
    tell(`CHECKPOINT of ${size} events: another one is of another history`);
}

function verifyProof(path, givenKey, kept) {
  const proof = JSON.parse(readFileSync(path, 'utf8'));
  if (proof.format !== 'parley-proof-1') giveUp('It is of another format.');
  const key = keyFor(givenKey, proof.key);
  const checkpoint = openCheckpoint(String(proof.checkpoint), key);
  if (typeof checkpoint === 'string') return tell(`CHECKPOINT in the proof: ${checkpoint}`);
  checkSame(kept(key), checkpoint);
  checkProof(proof.event, check(proof.event, false), proof, checkpoint);
  console.log(
    `${named(proof.event)} of ${proof.event.time}: event ${proof.index} of ${checkpoint.size} of ${checkpoint.origin}.`,
  );
}

// --- the command
function keyFor(given, inside) {
  if (given === undefined)
    console.log(`The key is what is checked itself says; compare it with the log's own: ${inside}`);
  return parseKey(given ?? inside ?? '');
}

const words = process.argv.slice(2);
const option = (name) => (words.includes(name) ? words.splice(words.indexOf(name), 2)[1] : undefined);
const key = option('--key');
const file = option('--checkpoint');
const [what, ...more] = words;
const usage = 'node parley-verify.mjs FOLDER|PROOF --key KEY [--checkpoint FILE]';
if (what === undefined || more.length > 0 || !existsSync(what)) giveUp(usage);
const kept = (known) => (file === undefined ? [] : checkpointsIn(readFileSync(file, 'utf8'), known, file));
try {
  if (statSync(what).isDirectory()) await verifyExport(what, key, kept);
  else verifyProof(what, key, kept);
} catch (error) {
  giveUp(`It can't be read: ${error.message}`);
}
console.log(wrong === 0 ? 'All holds.' : `IT DOES NOT HOLD: ${wrong} findings.`);
process.exitCode = wrong === 0 ? 0 : 1;
