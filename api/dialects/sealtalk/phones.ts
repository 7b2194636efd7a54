import {
  type CountryCallingCode,
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';

/** Phones as 004 names them, a region's calling code and a number in it, and in E.164 as Parley keeps them. */
export interface RegionalPhone {
  /** `86` */
  readonly region: string;
  readonly phone: string;
}

/** What the original takes for a phone, all of whose users are there. */
const CHINESE = /^(?:\+?86)?(1[345789]\d{9})$/;

/** However a phone is written, it is one; undefined: it can't be one. */
export function phoneOf(region: string | undefined, phone: string | undefined): string | undefined {
  const code = region?.trim().replace(/^\+/, '') ?? '';
  const text = phone?.trim() ?? '';
  if (!/^[1-9]\d{0,3}$/.test(code) || text.length > 32) return undefined;
  if (code === '86') {
    const [, number] = CHINESE.exec(text) ?? [];
    return number === undefined ? undefined : `+86${number}`;
  }
  if (!callingCodes.has(code) || !/^\+?[\d ()./-]+$/.test(text)) return undefined;
  const parsed = parsePhoneNumberFromString(text, { defaultCallingCode: code as CountryCallingCode });
  return parsed?.countryCallingCode === code && parsed.isPossible() ? parsed.number : undefined;
}

/** As it stands in somebody's address book: with its region, or without one in this. */
export function contactPhoneOf(text: string, region = '86'): string | undefined {
  const international = text.trim().startsWith('+') ? parsePhoneNumberFromString(text.trim()) : undefined;
  return international === undefined
    ? phoneOf(region, text)
    : phoneOf(international.countryCallingCode, international.nationalNumber);
}

/** What nobody has set is ''. */
export function regional(phone: string | null): RegionalPhone {
  const parsed = phone === null ? undefined : parsePhoneNumberFromString(phone);
  if (parsed === undefined) return { region: '', phone: phone ?? '' };
  return { region: parsed.countryCallingCode, phone: parsed.nationalNumber };
}

const callingCodes: ReadonlySet<string> = new Set(getCountries().map((country) => getCountryCallingCode(country)));

export interface Region {
  readonly region: string;
  readonly locale: { readonly en: string; readonly zh: string };
}

/** Every country's calling code, by its English name. */
export function regions(): readonly Region[] {
  const en = new Intl.DisplayNames(['en'], { type: 'region' });
  const zh = new Intl.DisplayNames(['zh'], { type: 'region' });
  const named = (country: CountryCode): Region => ({
    region: getCountryCallingCode(country),
    locale: { en: en.of(country) ?? country, zh: zh.of(country) ?? country },
  });
  return getCountries()
    .map(named)
    .sort((one, other) => one.locale.en.localeCompare(other.locale.en, 'en'));
}
