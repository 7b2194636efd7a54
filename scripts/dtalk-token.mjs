/**
 * For trying /dtalk: `node scripts/dtalk-token.mjs alice` prints a signature for the header FZM-SIGNATURE, good for two minutes,
 * `node scripts/dtalk-token.mjs --address alice` the id of whoever shows it. The key is made of the name, so anybody has it; an
 * app's users have random ones.
 */
import { createHash } from 'node:crypto';
import { argv, exit, stderr, stdout } from 'node:process';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { createBase58check } from '@scure/base';

const name = argv.at(-1);
const asked = argv.slice(2);
if (asked.length === 0 || asked.length > 2 || (asked.length === 2 && asked[0] !== '--address')) {
  stderr.write('Usage: node scripts/dtalk-token.mjs [--address] NAME\n');
  exit(2);
}

const sha256 = (bytes) => Uint8Array.from(createHash('sha256').update(bytes).digest());
const privateKey = sha256(`a key for trying: ${name}`);
const publicKey = secp256k1.getPublicKey(privateKey, true);

if (asked[0] === '--address') {
  stdout.write(`${createBase58check(sha256).encode(Uint8Array.from([0, ...ripemd160(sha256(publicKey))]))}\n`);
} else {
  const message = `${Date.now()}*`;
  // The library puts the recovery id before r and s, dtalk behind them.
  const signed = secp256k1.sign(sha256(message), privateKey, { prehash: false, format: 'recovered' });
  const signature = Buffer.concat([signed.subarray(1), signed.subarray(0, 1)]).toString('base64');
  stdout.write(`${signature}#${message}#${Buffer.from(publicKey).toString('hex')}\n`);
}
