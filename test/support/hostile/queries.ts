/** Queries with these parameters as nobody sends them who means well. */
export function hostileQueries(names: readonly string[]): string[] {
  const all = (form: (name: string) => string): string => names.map(form).join('&');
  return [
    all((name) => `${name}[]=a&${name}[$gt]=`),
    all((name) => `${name}[a][b][c]=1`),
    all((name) => `__proto__[${name}]=1&constructor[prototype][${name}]=1`),
    all((name) => `${name}=1&${name}=2&${name}=`),
    all((name) => `${name}=${'a'.repeat(500)}`),
    all((name) => `${name}=-1`),
    all((name) => `${name}=1e309`),
    all((name) => `${name}=%00%0d%0aSet-Cookie:x`),
    all((name) => `${name}=%ff%E0%A4%A%`),
    all((name) => `${name}=';SELECT+pg_sleep(9)--`),
    all((name) => name),
    `${Array.from({ length: 1_000 }, (_, n) => `${names[0] ?? ''}=${n.toString()}`).join('&')}`,
    '&&&===?/#',
  ];
}
