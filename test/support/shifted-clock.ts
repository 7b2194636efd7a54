import { readFileSync } from 'node:fs';

/**
 * Loaded into a process before all else (`NODE_OPTIONS=--import=…`), it shows it another time of day: the milliseconds in
 * the file that PARLEY_TEST_CLOCK names are added, as often as they change. Monotonic time goes on as it does.
 */
const file = process.env['PARLEY_TEST_CLOCK'];
const RealDate = Date;
let shiftMs = 0;

if (file !== undefined) {
  setInterval(() => {
    shiftMs = Number(readFileSync(file, 'utf8'));
  }, 50).unref();
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], self) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + shiftMs] : args, self) as Date,
  get: (target, name, self) =>
    name === 'now' ? () => RealDate.now() + shiftMs : (Reflect.get(target, name, self) as unknown),
});
