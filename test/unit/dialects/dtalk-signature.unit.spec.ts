import { expect } from 'chai';
import fc from 'fast-check';
import { DtalkRefused } from '../../../api/dialects/dtalk/refused.js';
import { signedBy, Signatures } from '../../../api/dialects/dtalk/signature.js';
import { isKeyAddress } from '../../../application/key-address.js';
import { newSigner, signerOf } from '../../support/dtalk-signer.js';

const KEY = '0c96045791056b56a772437a3005a855f665594a6e04087daa2e936199f01d0f';
const PUBLIC = '029cdee2fdb02a1924fac392aed04f59d2158e63e1a0becb47d670a869ef4c28f7';
const ADDRESS = '17j3buAMjjxHQePVx55WuxQVKSAjW7L77f';
const SIGNATURE = '1NFCsFlM+BDAWhe9Fwhf/VUKRJqOlTvo0PQtfmP03kce+GHaHJN4IEBKHz3zfP4ITcsaAldP/rnvBar7OJ5fTwE=';
const HEADER = `${SIGNATURE}#1700000000000*#${PUBLIC}`;
const WITH_MORE =
  '6L9XYN8XT9RT1sDAqDQ6NgW2RFu3lMugza+JGyn5lg1yy+nPg49cHfyTAZ3CPj5YAt7dzuFPKpbtCwDniXRiQAE=' +
  `#1700000000123*Zk7q2#${PUBLIC}`;

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof DtalkRefused) return error.code;
    throw error;
  }
  return 'fine';
};

/** The signature with one byte changed. */
function altered(at: number, value: (before: number) => number): string {
  const bytes = Buffer.from(SIGNATURE, 'base64');
  bytes[at] = value(bytes[at] ?? 0);
  return `${bytes.toString('base64')}#1700000000000*#${PUBLIC}`;
}

describe('a signature of 002', () => {
  it('says whose key made it, and when (worked example)', () => {
    expect(signedBy(HEADER)).to.deep.equal({ userId: ADDRESS, at: 1_700_000_000_000 });
    expect(signedBy(WITH_MORE)).to.deep.equal({ userId: ADDRESS, at: 1_700_000_000_123 });
    expect(signerOf(Buffer.from(KEY, 'hex'))).to.deep.include({ address: ADDRESS, publicKey: PUBLIC });
    expect(signerOf(Buffer.from(KEY, 'hex')).sign('1700000000000*')).to.equal(HEADER);
  });

  it('may have its key in capitals, behind 0x, and anything behind it', () => {
    for (const key of [PUBLIC.toUpperCase(), `0x${PUBLIC}`, `${PUBLIC}#and#more`]) {
      expect(signedBy(`${SIGNATURE}#1700000000000*#${key}`).userId).to.equal(ADDRESS);
    }
  });

  it('is none when anything in it is another', () => {
    const bad = {
      nothing: '',
      'two parts': `${SIGNATURE}#1700000000000*`,
      'no star': signerOf(Buffer.from(KEY, 'hex')).sign('1700000000000'),
      'a time that is none': signerOf(Buffer.from(KEY, 'hex')).sign('soon*'),
      'a time beyond int64': signerOf(Buffer.from(KEY, 'hex')).sign('9223372036854775808*'),
      'another time': `${SIGNATURE}#1700000000001*#${PUBLIC}`,
      'something behind the star': `${SIGNATURE}#1700000000000*x#${PUBLIC}`,
      'another recovery id': altered(64, () => 0),
      'a recovery id of 4': altered(64, () => 4),
      'the top bit of s': altered(32, (byte) => byte | 0x80),
      'another r': altered(5, (byte) => byte ^ 1),
      'another s': altered(40, (byte) => byte ^ 1),
      'no base64': `*${SIGNATURE.slice(1)}#1700000000000*#${PUBLIC}`,
      'no padding': `${SIGNATURE.slice(0, -1)}#1700000000000*#${PUBLIC}`,
      'too short': `${SIGNATURE.slice(4)}#1700000000000*#${PUBLIC}`,
      'no hex': `${SIGNATURE}#1700000000000*#zz${PUBLIC.slice(2)}`,
      'half a key': `${SIGNATURE}#1700000000000*#${PUBLIC.slice(2)}`,
      "another's key": `${SIGNATURE}#1700000000000*#${newSigner().publicKey}`,
      'zero r and s': `${Buffer.alloc(65).toString('base64')}#1700000000000*#${PUBLIC}`,
      MOCK: 'MOCK',
    };
    for (const [what, header] of Object.entries(bad))
      expect(
        codeOf(() => signedBy(header)),
        what,
      ).to.equal('badSignature');
  });

  it('holds for 120 seconds of its whole second, and two minutes ahead of the clock', () => {
    const signatures = new Signatures();
    const at = (now: number, header = HEADER): string => codeOf(() => signatures.verify(header, now));
    for (const header of [HEADER, WITH_MORE]) {
      expect(at(1_700_000_120_000, header)).to.equal('fine');
      expect(at(1_700_000_120_000, header), 'again').to.equal('fine');
      expect(at(1_700_000_120_001, header)).to.equal('signatureExpired');
      expect(at(1_700_000_121_000, header)).to.equal('signatureExpired');
    }
    expect(at(1_699_999_880_000)).to.equal('fine');
    expect(at(1_699_999_879_999)).to.equal('signatureExpired');
    expect(
      at(
        1_800_000_000_000,
        altered(64, () => 0),
      ),
      'wrong before late',
    ).to.equal('badSignature');
  });

  it('of anybody, over anything, is his alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(), fc.string(), (key, time, more) => {
        fc.pre(key.some((byte) => byte !== 0) && key.some((byte) => byte !== 255) && !more.includes('#'));
        const signer = signerOf(key);
        const header = signer.sign(`${time.toString()}*${Buffer.from(more, 'utf8').toString('latin1')}`);
        expect(signedBy(header)).to.deep.equal({ userId: signer.address, at: time });
        expect(isKeyAddress(signer.address)).to.equal(true);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the address of a key', () => {
  it('is told from other ids by its checksum', () => {
    for (const address of [ADDRESS, '1FKxgaEh5fuSm7a35BfUnKYAmradowpiTR', '1AsPsahP7FvpR7F2de1LhSB4SU5ShqZ7eu']) {
      expect(isKeyAddress(address), address).to.equal(true);
      expect(isKeyAddress(address.slice(0, -1) + (address.endsWith('x') ? 'y' : 'x')), 'one letter off').to.equal(
        false,
      );
    }
    // Another version (a script's), another length, other characters.
    for (const other of [
      '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy',
      '17j3buAMjjxHQePVx55',
      'member-1',
      '',
      '1O0Il'.repeat(6),
    ]) {
      expect(isKeyAddress(other), other).to.equal(false);
    }
  });
});
