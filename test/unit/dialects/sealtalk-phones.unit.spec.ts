import { expect } from 'chai';
import { contactPhoneOf, phoneOf, regional, regions } from '../../../api/dialects/sealtalk/phones.js';

describe('004: phones', () => {
  it('in China are mobile numbers as the original takes them, with or without their region', () => {
    for (const written of ['13812345678', '+8613812345678', '8613812345678', ' 13812345678 ']) {
      expect(phoneOf('86', written), written).to.equal('+8613812345678');
      expect(phoneOf('+86', written), written).to.equal('+8613812345678');
    }
    for (const wrong of ['12812345678', '1381234567', '138123456789', '+4913812345678', '1381234567a', '', '0']) {
      expect(phoneOf('86', wrong), wrong).to.equal(undefined);
    }
  });

  it('elsewhere are one, however they are written', () => {
    for (const written of ['01712345678', '1712345678', '+491712345678', '0171 234 56 78', '(0171) 2345678']) {
      expect(phoneOf('49', written), written).to.equal('+491712345678');
    }
    expect(phoneOf('1', '2025550123')).to.equal('+12025550123');
    for (const [region, phone] of [
      ['49', '+12025550123'],
      ['49', '12'],
      ['49', 'call me'],
      ['49', '0171 2345678 ext 5'],
      ['999', '12345678'],
      ['0', '12345678'],
      ['', '13812345678'],
      ['86; drop', '13812345678'],
      ['49', '1'.repeat(40)],
    ] as const) {
      expect(phoneOf(region, phone), `${region} ${phone}`).to.equal(undefined);
    }
    expect(phoneOf(undefined, '13812345678')).to.equal(undefined);
    expect(phoneOf('86', undefined)).to.equal(undefined);
  });

  it('are shown as they are kept, region and number apart', () => {
    expect(regional('+8613812345678')).to.deep.equal({ region: '86', phone: '13812345678' });
    expect(regional('+491712345678')).to.deep.equal({ region: '49', phone: '1712345678' });
    expect(regional(null)).to.deep.equal({ region: '', phone: '' });
    expect(contactPhoneOf('13812345678')).to.equal('+8613812345678');
    expect(contactPhoneOf('+49 171 2345678')).to.equal('+491712345678');
    expect(contactPhoneOf('Mum')).to.equal(undefined);
  });

  it('can be of every region that is listed', () => {
    const listed = regions();
    expect(listed).to.deep.include({ region: '86', locale: { en: 'China', zh: '中国' } });
    expect(listed.length).to.be.greaterThan(200);
    expect(listed.every(({ region }) => /^[1-9]\d{0,3}$/.test(region))).to.equal(true);
  });
});
