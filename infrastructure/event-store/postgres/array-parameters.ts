/**
 * Arrays as parameters in PostgreSQL's binary format. `pg` would write them as text, quoting each element in JavaScript
 * and having the server parse that again: for JSON text, which is full of quotes, most of an append's CPU time.
 */
const HEADER = 20;

function header(elementType: number, length: number, elementBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + 4 * length + elementBytes);
  buffer.writeInt32BE(1, 0); // dimensions; an array of none has no elements, which nobody sends
  buffer.writeInt32BE(0, 4); // no nulls
  buffer.writeInt32BE(elementType, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16); // the first subscript
  return buffer;
}

export function textArray(texts: readonly string[]): Buffer {
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text);
  const buffer = header(25, texts.length, bytes);
  let at = HEADER;
  for (const text of texts) {
    const written = buffer.write(text, at + 4);
    buffer.writeInt32BE(written, at);
    at += 4 + written;
  }
  return buffer;
}

export function bigintArray(numbers: readonly number[]): Buffer {
  const buffer = header(20, numbers.length, 8 * numbers.length);
  let at = HEADER;
  for (const number of numbers) {
    buffer.writeInt32BE(8, at);
    // Exact for every safe integer, and cheaper than writeBigInt64BE.
    buffer.writeInt32BE(Math.floor(number / 0x1_0000_0000), at + 4);
    buffer.writeUInt32BE(number >>> 0, at + 8);
    at += 12;
  }
  return buffer;
}

export function integerArray(numbers: readonly number[]): Buffer {
  const buffer = header(23, numbers.length, 4 * numbers.length);
  let at = HEADER;
  for (const number of numbers) {
    buffer.writeInt32BE(4, at);
    buffer.writeInt32BE(number, at + 4);
    at += 8;
  }
  return buffer;
}

export function uuidArray(ids: readonly string[]): Buffer {
  const buffer = header(2950, ids.length, 16 * ids.length);
  let at = HEADER;
  for (const id of ids) {
    buffer.writeInt32BE(16, at);
    buffer.write(id.replaceAll('-', ''), at + 4, 'hex');
    at += 20;
  }
  return buffer;
}
