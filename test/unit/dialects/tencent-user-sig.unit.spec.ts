import { createHmac } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { TencentRefused } from '../../../api/dialects/tencent/refused.js';
import { type Claimed, UserSigs } from '../../../api/dialects/tencent/user-sig.js';
import { APP_SECRET, OTHER_SECRET, SDKAPPID, userSigOf } from '../../support/tencent-client.js';

const NOW = Date.now();
const who = { sdkappid: SDKAPPID, identifier: 'root' };

type Asked = Partial<Claimed> & { readonly secret?: string; readonly now?: number };

function refusedAs(userSig: string, { secret = APP_SECRET, now = NOW, ...claimed }: Asked = {}): string {
  try {
    new UserSigs().verify({ ...who, ...claimed, userSig }, secret, now);
    return '';
  } catch (error) {
    if (!(error instanceof TencentRefused)) throw error;
    return error.code;
  }
}

/** As the vendor's package packs it. */
const packed = (text: string | Uint8Array): string =>
  deflateSync(text).toString('base64').replaceAll('+', '*').replaceAll('/', '-').replaceAll('=', '_');

/** A document with what is said in it, signed rightly unless it says otherwise. */
function document(said: Readonly<Record<string, unknown>> = {}): string {
  const time = Math.floor(NOW / 1_000);
  const fields: Record<string, unknown> = {
    'TLS.ver': '2.0',
    'TLS.identifier': 'root',
    'TLS.sdkappid': SDKAPPID,
    'TLS.time': time,
    'TLS.expire': 600,
    ...said,
  };
  const text = ['identifier', 'sdkappid', 'time', 'expire', 'userbuf']
    .filter((name) => `TLS.${name}` in fields)
    .map((name) => `TLS.${name}:${String(fields[`TLS.${name}`])}\n`)
    .join('');
  const signature = createHmac('sha256', APP_SECRET).update(text).digest('base64');
  return packed(JSON.stringify({ 'TLS.sig': signature, ...fields }));
}

describe("001's UserSig", () => {
  it("is right as the vendor's package makes it, up to its end and no longer", () => {
    const userSig = userSigOf('root', { expire: 60 });
    expect(refusedAs(userSig)).to.equal('');
    expect(refusedAs(userSig, { now: Date.now() + 50_000 })).to.equal('');
    expect(refusedAs(userSig, { now: Date.now() + 62_000 })).to.equal('wrongSignature');
    const remembering = new UserSigs();
    remembering.verify({ ...who, userSig }, APP_SECRET, NOW);
    expect(() => {
      remembering.verify({ ...who, userSig }, APP_SECRET, Date.now() + 62_000);
    }, 'what was right once').to.throw(TencentRefused);
  });

  it('with a userbuf is signed with that', () => {
    expect(refusedAs(document({ 'TLS.userbuf': 'AAEC' }))).to.equal('');
    expect(refusedAs(document({ 'TLS.userbuf': 7 }))).to.equal('noIdentity');
  });

  it("is nobody else's, no other app's, of no other secret, and not to be changed", () => {
    const userSig = userSigOf('root');
    expect(refusedAs(userSig, { identifier: 'toor' })).to.equal('wrongSignature');
    expect(refusedAs(userSig, { sdkappid: SDKAPPID + 1 })).to.equal('wrongSignature');
    expect(refusedAs(userSig, { secret: OTHER_SECRET })).to.equal('wrongSignature');
    expect(refusedAs(document({ 'TLS.sig': createHmac('sha256', APP_SECRET).update('').digest('base64') }))).to.equal(
      'wrongSignature',
    );
    expect(refusedAs(document({ 'TLS.sig': '' }))).to.equal('noIdentity');
    expect(refusedAs(document({ 'TLS.sig': 'AAAA' }))).to.equal('wrongSignature');
  });

  it('is none where it is anything else, however large that gets', () => {
    const wrong = [
      ...['', 'x', 'e'.repeat(4_097), 'eJw+', 'eJw=', 'eJw_eJw_', '****'],
      ...['null', '[]', '7', '{', '{}', 'x'.repeat(9_000)].map(packed),
      packed(Buffer.alloc(2_000_000)),
      ...[{ 'TLS.time': '1' }, { 'TLS.time': -1 }, { 'TLS.expire': 1.5 }, { 'TLS.expire': null }].map(document),
    ];
    for (const userSig of wrong) expect(refusedAs(userSig), userSig.slice(0, 40)).to.equal('noIdentity');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(refusedAs(text)).to.equal('noIdentity');
      }),
    );
  });
});
