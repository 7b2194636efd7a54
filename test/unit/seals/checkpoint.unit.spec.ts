import { expect } from 'chai';
import fc from 'fast-check';
import { openCheckpoint, parseCheckpoint, signCheckpoint } from '../../../application/seals/checkpoint.js';
import { NoteRefused, noteSigner, noteVerifier, openNote, signNote } from '../../../application/seals/signed-note.js';

/** The example of Go's golang.org/x/mod/sumdb/note. */
const GO = {
  verifier: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  seed: Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1),
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  signature:
    '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};
const GO_NOTE = `${GO.text}\n${GO.signature}`;

/** The example of c2sp.org/signed-note, whose text has an empty line of its own. */
const POEM =
  'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n' +
  '\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n';

const signer = noteSigner('parley.example/log', Buffer.alloc(32, 7));
const other = noteSigner('witness.example', Buffer.alloc(32, 8));

describe('signed note', () => {
  it('has the key and the signature of the reference, byte for byte', () => {
    const peter = noteSigner('PeterNeumann', GO.seed);
    expect(peter.verifier.text).to.equal(GO.verifier);
    expect(signNote(GO.text, peter)).to.equal(GO_NOTE);
    expect(openNote(GO_NOTE, [noteVerifier(GO.verifier)])).to.equal(GO.text);
  });

  it('lies before the last empty line', () => {
    expect(() => openNote(POEM, [signer.verifier])).to.throw(NoteRefused, 'no signature');
    const text = POEM.slice(0, POEM.lastIndexOf('\n\n') + 1);
    expect(openNote(signNote(text, signer), [signer.verifier])).to.equal(text);
  });

  it('is believed with signatures of strangers beside the one that is known, and not without it', () => {
    const [, witness = ''] = signNote(GO.text, other).split('\n\n');
    expect(openNote(GO_NOTE + witness, [noteVerifier(GO.verifier)])).to.equal(GO.text);
    expect(openNote(GO_NOTE + witness, [other.verifier])).to.equal(GO.text);
    expect(() => openNote(GO_NOTE, [other.verifier])).to.throw(NoteRefused);
  });

  it('is not believed when any of its characters is another', () => {
    const verifier = noteVerifier(GO.verifier);
    fc.assert(
      fc.property(fc.nat({ max: GO_NOTE.length - 1 }), fc.integer({ min: 1, max: 0x7e }), (at, by) => {
        const code = GO_NOTE.charCodeAt(at);
        const changed = GO_NOTE.slice(0, at) + String.fromCharCode((code + by) % 0x2100) + GO_NOTE.slice(at + 1);
        expect(() => openNote(changed, [verifier])).to.throw(NoteRefused);
      }),
      // A character that says the same bytes in another way.
      { numRuns: 300, examples: [[205, 1]] },
    );
  });

  it('is refused where it is none', () => {
    const wrong = [
      '',
      '\n',
      'a\n',
      'a\n\n',
      'a\n\nb\n',
      'a\n\n\u2014 n\n',
      'a\u0007\n\n\u2014 n AAAAAAA=\n',
      GO_NOTE.slice(0, -1),
    ];
    for (const note of wrong) expect(() => openNote(note, [signer.verifier]), note).to.throw(NoteRefused);
    for (const key of ['', 'a+b', `${GO.verifier}A`, GO.verifier.slice(0, -1), GO.verifier.replace('c74f', 'c74e')])
      expect(() => noteVerifier(key), key).to.throw(NoteRefused);
  });
});

describe('checkpoint', () => {
  const head = { size: 20_852_163, root: Buffer.from('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', 'base64') };

  it('is three lines, signed by the key that has the name of the log', () => {
    const note = signCheckpoint(head, signer);
    expect(note.split('\n').slice(0, 4)).to.deep.equal([
      'parley.example/log',
      '20852163',
      'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=',
      '',
    ]);
    expect(openCheckpoint(note, [signer.verifier])).to.deep.equal({ origin: 'parley.example/log', ...head });
  });

  it('of another log is refused, whoever signed it', () => {
    const note = signNote(`elsewhere\n1\n${head.root.toString('base64')}\n`, signer);
    expect(() => openCheckpoint(note, [signer.verifier])).to.throw(NoteRefused, 'another log');
  });

  it('may have further lines, and nothing else that is not as it must be', () => {
    const root = head.root.toString('base64');
    expect(parseCheckpoint(`o\n0\n${root}\nmore\n`).size).to.equal(0);
    for (const text of [
      '',
      'o\n1\n',
      `o\n01\n${root}\n`,
      `o\n-1\n${root}\n`,
      `o\n1\n${root}`,
      `o\n1\n${root}\n\n`,
      `o\n1\n${root.slice(4)}\n`,
      `\n1\n${root}\n`,
      `o\n9007199254740993\n${root}\n`,
    ])
      expect(() => parseCheckpoint(text), text).to.throw(NoteRefused);
  });
});
