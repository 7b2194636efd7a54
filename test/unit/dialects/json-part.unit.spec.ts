import { expect } from 'chai';
import fc from 'fast-check';
import { partOf } from '../../../api/dialects/shared/json-part.js';
import { JsonText, writeJson } from '../../../api/dialects/shared/lossless-json.js';

describe('a part of a JSON text', () => {
  it('is what stands there, character for character', () => {
    const body = '[ {"b":1.50, "2":"\\u00e9 \\\\\\" ]}", "1":-0.0e+7} ,null ]';
    const text = `\ufeff \n{"a" : "x\\\\","MsgBody":${body} ,\t"c":{"d":[1,2 , "three"]},"e": true}`;
    expect(partOf(text, ['MsgBody'])).to.equal(body);
    expect(partOf(text, ['MsgBody', 0, '2'])).to.equal('"\\u00e9 \\\\\\" ]}"');
    expect(partOf(text, ['MsgBody', 0, 'b'])).to.equal('1.50');
    expect(partOf(text, ['MsgBody', 1])).to.equal('null');
    expect(partOf(text, ['c', 'd', 2])).to.equal('"three"');
    expect(partOf(text, ['c', 'd', 1])).to.equal('2');
    expect(partOf(text, ['e'])).to.equal('true');
    for (const path of [['x'], ['a', 0], ['MsgBody', 2], ['MsgBody', '0'], ['c', 'd', 'x'], ['e', 0]]) {
      expect(partOf(text, path), path.join()).to.equal(undefined);
    }
    expect(partOf('{"a":[],"b":{}}', ['a', 0])).to.equal(undefined);
    expect(partOf('{"a":[],"b":{}}', ['b'])).to.equal('{}');
    expect(partOf(' 7 ', [])).to.equal('7');
  });

  it('is the last of those of one name, however that is written', () => {
    expect(partOf('{"a":1,"\\u0061":2,"b":3}', ['a'])).to.equal('2');
  });

  it('is found in whatever was parsed, and says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.string(), (before, value, name) => {
        const text = JSON.stringify({ before, list: [before, { [name]: value }] }, null, 2);
        const [, holder] = (JSON.parse(text) as { list: [unknown, object] }).list;
        const found = partOf(text, ['list', 1, name]);
        // `__proto__` among them.
        const there = Object.hasOwn(holder, name);
        expect(found === undefined ? undefined : JSON.parse(found)).to.deep.equal(
          there ? (holder as Record<string, unknown>)[name] : undefined,
        );
      }),
    );
  });

  it('is written as it is, at any depth', () => {
    const body = '[ 1.0, {"2":1,"1":2} ]';
    expect(writeJson({ a: [{ body: new JsonText(body), n: 7n, not: undefined }] })).to.equal(
      `{"a":[{"body":${body},"n":7}]}`,
    );
  });
});
