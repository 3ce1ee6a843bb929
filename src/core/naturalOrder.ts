/** Orders names as people count: `hwmon2` before `hwmon10`. */

/** For `sort`. Plain, because the first use of `Intl` loads its tables: 10 ms of a worker's start. */
export function naturalOrder(a: string, b: string): number {
  const [first, second] = [sortKey(a), sortKey(b)]
  return first < second ? -1 : Number(first > second)
}

/** Longer than any number in a name. */
const digits = 20

const sortKey = (name: string): string =>
  name.replace(/\d+/g, (number) => number.padStart(digits, '0'))
