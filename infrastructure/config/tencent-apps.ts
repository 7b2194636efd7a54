/** An app of 001: its `sdkappid`, the tenant whose groups its backends see, and the secret that their UserSigs are made with. */
export interface TencentApp {
  readonly sdkappid: number;
  readonly tenant: string;
  readonly secret: string;
}

const ENTRY = /^([1-9]\d{0,9}):([A-Za-z0-9_-]{0,64}):(.*)$/;
const MAX_SDKAPPID = 2 ** 32 - 1;
const LEAST_SECRET_BYTES = 16;

/** Separated by commas or, in a file, by ends of lines. */
const entriesOf = (text: string): string[] =>
  text
    .split(/[,\r\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** What is wrong with TENCENT_APPS, without what stands in it; undefined: nothing. */
export function tencentAppsProblem(text: string): string | undefined {
  const apps = entriesOf(text).map((entry) => ENTRY.exec(entry));
  if (apps.some((app) => app === null || Number(app[1]) > MAX_SDKAPPID)) {
    return 'TENCENT_APPS must be sdkappid:tenant:secret, separated by commas; without a tenant it is DEFAULT_TENANT.';
  }
  if (apps.some((app) => Buffer.byteLength(app?.[3] ?? '') < LEAST_SECRET_BYTES)) {
    return `Each secret in TENCENT_APPS must have at least ${LEAST_SECRET_BYTES.toString()} bytes, such as "openssl rand -hex 32" prints.`;
  }
  const ids = apps.map((app) => app?.[1]);
  return new Set(ids).size < ids.length ? 'TENCENT_APPS must name each sdkappid once.' : undefined;
}

/** Of a text that has no problem. */
export const tencentAppsOf = (text = '', defaultTenant: string): TencentApp[] =>
  entriesOf(text).flatMap((entry) => {
    const [, sdkappid, tenant, secret = ''] = ENTRY.exec(entry) ?? [];
    return sdkappid === undefined ? [] : [{ sdkappid: Number(sdkappid), tenant: tenant || defaultTenant, secret }];
  });
